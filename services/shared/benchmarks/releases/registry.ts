import { type Registry, registryOf } from '../../../domain/names/registry.ts';
import { drop } from './drop.ts';
import { gsm8k } from './gsm8k.ts';
import { hotpotqa } from './hotpotqa.ts';
import { humaneval } from './humaneval.ts';
import { math } from './math.ts';
import { mbpp } from './mbpp.ts';
import { ReleaseError } from './release-error.ts';
import type { ReleasedBenchmark } from './released-benchmark.ts';

export const releasedBenchmarks: Registry<ReleasedBenchmark> = registryOf('released benchmark', [
  ...[gsm8k, math, drop, hotpotqa, humaneval, mbpp],
]);

/**
 * @param names none for all
 * @throws ReleaseError if there is none by that name
 */
export function releasedBenchmarksOf(names: readonly string[]): readonly ReleasedBenchmark[] {
  if (names.length === 0) return [...releasedBenchmarks.values()];
  return [...new Set(names)].map((name) => {
    const found = releasedBenchmarks.get(name);
    if (found) return found;
    const cause = releasedBenchmarks.unknown(name);
    throw new ReleaseError('unknown-benchmark', cause.message, { cause });
  });
}

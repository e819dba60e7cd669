import { drop } from './drop.ts';
import { gsm8k } from './gsm8k.ts';
import { hotpotqa } from './hotpotqa.ts';
import { humaneval } from './humaneval.ts';
import { math } from './math.ts';
import { mbpp } from './mbpp.ts';
import { ReleaseError } from './release-error.ts';
import type { ReleasedBenchmark } from './released-benchmark.ts';

export const releasedBenchmarks: readonly ReleasedBenchmark[] = [gsm8k, math, drop, hotpotqa, humaneval, mbpp];

/**
 * @param names none for all
 * @throws ReleaseError if there is none of that name
 */
export function releasedBenchmarksOf(names: readonly string[]): readonly ReleasedBenchmark[] {
  if (names.length === 0) return releasedBenchmarks;
  return [...new Set(names)].map((name) => {
    const found = releasedBenchmarks.find((candidate) => candidate.name === name);
    if (found) return found;
    const known = releasedBenchmarks.map((candidate) => candidate.name).join(', ');
    throw new ReleaseError('unknown-benchmark', `there are no released files for a benchmark "${name}"; there are for ${known}`);
  });
}

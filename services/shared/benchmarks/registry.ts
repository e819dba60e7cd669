import { type Registry, registryOf } from '../../domain/names/registry.ts';
import type { BenchmarkDefinition } from './benchmark-definition.ts';
import { BenchmarkError } from './benchmark-error.ts';
import { drop } from './drop.ts';
import { gsm8k } from './gsm8k.ts';
import { hotpotqa } from './hotpotqa.ts';
import { humaneval } from './humaneval.ts';
import { math } from './math.ts';
import { mbpp } from './mbpp.ts';
import { sample } from './sample.ts';

/** A new benchmark is one file next to this one and one entry here. */
export const benchmarkDefinitions: Registry<BenchmarkDefinition> = registryOf('benchmark', [
  ...[gsm8k, math, drop, hotpotqa, humaneval, mbpp],
  sample,
]);

/** @throws BenchmarkError if there is none by that name */
export function benchmarkDefinitionOf(name: string): BenchmarkDefinition {
  const definition = benchmarkDefinitions.get(name);
  if (definition) return definition;
  const cause = benchmarkDefinitions.unknown(name);
  throw new BenchmarkError('unknown-benchmark', `${cause.message}, and files of your own (.yaml)`, { cause });
}

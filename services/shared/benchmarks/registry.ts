import type { BenchmarkDefinition } from './benchmark-definition.ts';
import { BenchmarkError } from './benchmark-error.ts';
import { drop } from './drop.ts';
import { gsm8k } from './gsm8k.ts';
import { hotpotqa } from './hotpotqa.ts';
import { humaneval } from './humaneval.ts';
import { math } from './math.ts';
import { mbpp } from './mbpp.ts';
import { sample } from './sample.ts';

/** A new benchmark is one file beside this one and one entry here. */
export const benchmarkDefinitions: readonly BenchmarkDefinition[] = [gsm8k, math, drop, hotpotqa, humaneval, mbpp, sample];

/** @throws BenchmarkError if there is none of that name */
export function benchmarkDefinitionOf(name: string): BenchmarkDefinition {
  const definition = benchmarkDefinitions.find((candidate) => candidate.name === name);
  if (definition) return definition;
  const names = benchmarkDefinitions.map((candidate) => candidate.name).join(', ');
  throw new BenchmarkError(
    'unknown-benchmark',
    `there is no benchmark "${name}"; there are ${names}, and files of your own (.yaml)`,
  );
}

import type { BenchmarkDefinition } from './benchmark-definition.ts';
import { BenchmarkError } from './benchmark-error.ts';
import { gsm8k } from './gsm8k.ts';
import { sample } from './sample.ts';

export const benchmarkDefinitions: readonly BenchmarkDefinition[] = [gsm8k, sample];

/** @throws BenchmarkError if there is none of that name */
export function benchmarkDefinitionOf(name: string): BenchmarkDefinition {
  const definition = benchmarkDefinitions.find((candidate) => candidate.name === name);
  if (definition) return definition;
  const names = benchmarkDefinitions.map((candidate) => candidate.name).join(', ');
  throw new BenchmarkError('unknown-benchmark', `there is no benchmark "${name}"; there are ${names}`);
}

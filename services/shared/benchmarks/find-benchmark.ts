import type { BenchmarkDefinition } from './benchmark-definition.ts';
import { BenchmarkError } from './benchmark-error.ts';
import { readBenchmarkFile } from './benchmark-file/read-benchmark-file.ts';
import { benchmarkDefinitionOf, benchmarkDefinitions } from './registry.ts';

/** The benchmark is named by the path of its file, not by the name of a built-in one. */
export function isBenchmarkFile(name: string): boolean {
  return /\.(?:ya?ml|json)$/i.test(name);
}

/**
 * A built-in benchmark by its name, or a user's own by the path of its file.
 * @throws BenchmarkError, WorkflowFileError
 */
export async function findBenchmark(name: string): Promise<BenchmarkDefinition> {
  if (!isBenchmarkFile(name)) return benchmarkDefinitionOf(name);
  const definition = await readBenchmarkFile(name);
  if (!benchmarkDefinitions.has(definition.name)) return definition;
  throw new BenchmarkError('bad-file', `${name}: name is "${definition.name}", as is a built-in benchmark's; choose another`);
}

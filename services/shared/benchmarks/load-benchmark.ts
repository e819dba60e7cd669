import type { Benchmark, Query } from '../../domain/benchmark.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import type { BenchmarkDefinition } from './benchmark-definition.ts';
import { BenchmarkError } from './benchmark-error.ts';
import { benchmarkDefinitionOf } from './registry.ts';

export interface BenchmarkRequest {
  readonly name: string;
  readonly split: string;
  /** The first so many queries; undefined for all. */
  readonly limit?: number | undefined;
  /** As in a run file: `aflow` or `strict`. Default: the benchmark's first. */
  readonly scorer?: string | undefined;
  /** Where data files lie. */
  readonly folder: string;
}

export interface LoadedBenchmark extends Benchmark {
  /** What a user should know about its queries, a sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Loads a split of a benchmark and checks it: nothing can be spent on a benchmark that is not whole.
 * @throws BenchmarkError with one sentence for the user
 */
export async function loadBenchmark({ name, split, limit, scorer, folder }: BenchmarkRequest): Promise<LoadedBenchmark> {
  const definition = benchmarkDefinitionOf(name);
  if (!definition.splits.includes(split)) {
    const splits = definition.splits.join(', ');
    throw new BenchmarkError('unknown-split', `benchmark ${name} has no split "${split}"; it has ${splits}`);
  }
  const scorers = chosenScorers(definition, scorer);
  const { queries, warnings } = await definition.loadSplit(split, folder);
  refuseDuplicates(queries, `benchmark ${name}, split ${split}`);
  return {
    name,
    split,
    description: definition.description,
    queries: limited(queries, limit, `split ${split} of benchmark ${name}`),
    inputs: definition.inputs,
    operators: definition.operators,
    ...scorers,
    answerFormat: definition.answerFormat,
    warnings,
  };
}

/** Round 1's workflow where the user names none. */
export function initialWorkflowOf(benchmark: Pick<Benchmark, 'name'>): Workflow {
  return benchmarkDefinitionOf(benchmark.name).initialWorkflow;
}

function chosenScorers(definition: BenchmarkDefinition, wanted: string | undefined): Pick<Benchmark, 'scorer' | 'otherScorers'> {
  const names = Object.keys(definition.scorers);
  const scorer = definition.scorers[wanted ?? names[0] ?? ''];
  if (scorer === undefined) {
    throw new BenchmarkError(
      'unknown-scorer',
      `benchmark ${definition.name} has no scorer "${wanted}"; it has ${names.join(', ')}`,
    );
  }
  return { scorer, otherScorers: Object.values(definition.scorers).filter((other) => other !== scorer) };
}

function refuseDuplicates(queries: readonly Query[], where: string): void {
  const seen = new Map<string, number>();
  for (const [index, { id }] of queries.entries()) {
    const first = seen.get(id);
    if (first !== undefined) {
      throw new BenchmarkError('duplicate-id', `${where}: queries ${first + 1} and ${index + 1} have the same id "${id}"`);
    }
    seen.set(id, index);
  }
}

function limited(queries: readonly Query[], limit: number | undefined, where: string): readonly Query[] {
  if (limit === undefined) return queries;
  if (!Number.isInteger(limit) || limit < 1 || limit > queries.length) {
    throw new BenchmarkError(
      'limit',
      `limit ${limit} does not fit: ${where} has ${queries.length} queries, so 1 to ${queries.length}`,
    );
  }
  return queries.slice(0, limit);
}

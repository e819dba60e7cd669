import type { Benchmark, Query } from '../../domain/benchmark.ts';
import { defined } from '../../domain/defined.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import type { BenchmarkDefinition, JudgeEndpoint } from './benchmark-definition.ts';
import { BenchmarkError } from './benchmark-error.ts';
import { findBenchmark } from './find-benchmark.ts';
import { leakedTests, sharedQueries } from './find-leaks.ts';
import { longQueries } from './find-long-queries.ts';

export interface BenchmarkRequest {
  /** The name of a built-in benchmark, or the path of a benchmark file. */
  readonly name: string;
  readonly split: string;
  /** Only the first this many queries; undefined for all. */
  readonly limit?: number | undefined;
  /** As in a run file: `aflow` or `strict`, or a scorer's full name. Default: the benchmark's first. */
  readonly scorer?: string | undefined;
  /** Where data files are. */
  readonly folder: string;
  /** Compare the split with the other available ones, and warn of what they share. Default: no. */
  readonly compareSplits?: boolean;
}

export interface LoadedBenchmark extends Benchmark {
  readonly warnings: readonly string[];
  /** Round 1's workflow where the user names none. */
  readonly initialWorkflow: Workflow;
  readonly judgeEndpoints: readonly JudgeEndpoint[];
  /** The absolute path of the file that defines it; none if it is built in. */
  readonly file?: string;
  /** What that file says, without the defaults for what it leaves out, as one text; none if it is built in. */
  readonly written?: string;
}

/**
 * Loads a split of a benchmark and checks it: nothing can be spent on a benchmark that is incomplete.
 * @throws BenchmarkError with one sentence for the user
 * @throws WorkflowFileError if a benchmark file names an initial workflow that cannot be used
 */
export async function loadBenchmark(request: BenchmarkRequest): Promise<LoadedBenchmark> {
  const { split, limit, scorer, folder } = request;
  const definition = await findBenchmark(request.name);
  const {
    name,
    description,
    inputs,
    operators,
    answerFormat,
    ownScorers,
    initialWorkflow,
    judgeEndpoints = [],
    file,
    written,
  } = definition;
  if (!definition.splits.includes(split)) {
    const splits = definition.splits.join(', ');
    throw new BenchmarkError('unknown-split', `benchmark ${name} has no split "${split}"; it has ${splits}`);
  }
  const scorers = chosenScorers(definition, scorer);
  const loaded = await definition.loadSplit(split, folder);
  refuseDuplicates(loaded.queries, `benchmark ${name}, split ${split}`);
  const queries = limited(loaded.queries, limit, `split ${split} of benchmark ${name}`);
  const shared = request.compareSplits === true ? await sharedWithOthers(definition, split, queries, folder) : [];
  return {
    ...{ name, split, description, queries, inputs, operators, ...scorers, answerFormat, initialWorkflow, judgeEndpoints },
    ...defined({ ownScorers, file, written }),
    warnings: [...loaded.warnings, ...longQueries(queries), ...leakedTests(queries), ...shared],
  };
}

async function sharedWithOthers(
  definition: BenchmarkDefinition,
  split: string,
  queries: readonly Query[],
  folder: string,
): Promise<string[]> {
  const warnings: string[] = [];
  for (const other of definition.splits.filter((each) => each !== split)) {
    const loaded = await loadSplitIfThere(definition, other, folder);
    warnings.push(...sharedQueries(queries, { split: other, queries: loaded }, definition.inputs));
  }
  return warnings;
}

async function loadSplitIfThere(definition: BenchmarkDefinition, split: string, folder: string): Promise<readonly Query[]> {
  try {
    return (await definition.loadSplit(split, folder)).queries;
  } catch (error) {
    if (error instanceof BenchmarkError && error.problem === 'missing-file') return [];
    throw error;
  }
}

function chosenScorers(definition: BenchmarkDefinition, wanted: string | undefined): Pick<Benchmark, 'scorer' | 'otherScorers'> {
  const names = Object.keys(definition.scorers);
  const all = Object.values(definition.scorers);
  const scorer = definition.scorers[wanted ?? names[0] ?? ''] ?? all.find((name) => name === wanted);
  if (scorer === undefined) {
    throw new BenchmarkError(
      'unknown-scorer',
      `benchmark ${definition.name} has no scorer "${wanted}"; it has ${names.join(', ')}`,
    );
  }
  return { scorer, otherScorers: all.filter((other) => other !== scorer) };
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
      `limit ${limit} is out of range: ${where} has ${queries.length} queries, so it must be 1 to ${queries.length}`,
    );
  }
  return queries.slice(0, limit);
}

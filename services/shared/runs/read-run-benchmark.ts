import type { Benchmark } from '../../domain/benchmark.ts';
import { benchmarkFromProto } from '../contracts/benchmark-codec.ts';
import { RunReadError } from './run-read-error.ts';
import type { RunSource } from './run-source.ts';

/** The benchmark as it was when the run began, whatever its files hold today. */
export async function readRunBenchmark(source: RunSource, runId: string, signal: AbortSignal): Promise<Benchmark> {
  return (await readRunQuery(source, runId, undefined, signal)).benchmark;
}

/**
 * The same with one query alone, where that is wanted and the run's benchmark has it: of thousands, most of the time would go
 * into the others.
 * @returns with the query's place among all; absent where all are there, as they are from a coordinator of an earlier version
 */
export async function readRunQuery(
  { client }: RunSource,
  runId: string,
  query: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly benchmark: Benchmark; readonly queryIndex: number | undefined }> {
  const { benchmark, queryIndex } = await client.getRunBenchmark(runId, signal, query);
  if (benchmark === undefined) throw new RunReadError('failed', `the cluster has no benchmark for run ${runId}`);
  return { benchmark: benchmarkFromProto(benchmark), queryIndex };
}

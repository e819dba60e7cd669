import type { Benchmark } from '../../domain/benchmark.ts';
import { benchmarkFromProto } from '../contracts/benchmark-codec.ts';
import { RunReadError } from './run-read-error.ts';
import type { RunSource } from './run-source.ts';

/** The benchmark as it was when the run began, whatever its files hold today. */
export async function readRunBenchmark({ client }: RunSource, runId: string, signal: AbortSignal): Promise<Benchmark> {
  const { benchmark } = await client.getRunBenchmark(runId, signal);
  if (benchmark === undefined) throw new RunReadError('failed', `the cluster has no benchmark for run ${runId}`);
  return benchmarkFromProto(benchmark);
}

import type { Benchmark } from '../../domain/benchmark.ts';
import { benchmarkFromProto } from '../../shared/contracts/benchmark-codec.ts';
import { CliError } from '../cli-error.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';

/** The benchmark as it was when the run began, whatever its files hold today. */
export async function readRunBenchmark(cluster: ReachedCluster, runId: string, signal: AbortSignal): Promise<Benchmark> {
  const { benchmark } = await cluster.client.getRunBenchmark(runId, signal);
  if (benchmark === undefined) throw new CliError('failed', `the cluster has no benchmark for run ${runId}`);
  return benchmarkFromProto(benchmark);
}

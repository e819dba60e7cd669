import { bestOf } from '../../domain/report/run-progress.ts';
import { type ComparisonSide, comparisonSide } from '../../shared/runs/comparison-side.ts';
import { readRun } from '../../shared/runs/read-run.ts';
import { createRunRecord } from '../../shared/runs/run-record.ts';
import { CliError } from '../cli-error.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { findRun } from '../runs/find-run.ts';

/**
 * An evaluation, or the best workflow of a run with what was executed of it.
 * @throws RunReadError if nothing was
 */
export async function readRunSide(cluster: ReachedCluster, wanted: string, signal: AbortSignal): Promise<ComparisonSide> {
  const { runId } = await findRun(cluster, wanted, signal);
  return comparisonSide(cluster, await readRun(cluster, createRunRecord(runId), signal), undefined, signal);
}

/**
 * The workflow that a search started from, and its best one; the same side twice where these are one.
 * @throws RunReadError if nothing was executed of one of them
 */
export async function readStartAndBest(
  cluster: ReachedCluster,
  wanted: string,
  signal: AbortSignal,
): Promise<[ComparisonSide, ComparisonSide]> {
  const { runId } = await findRun(cluster, wanted, signal);
  const record = await readRun(cluster, createRunRecord(runId), signal);
  const { rounds } = record.state();
  const [start, best] = [rounds.find(({ round }) => round === 1), bestOf(record.state())];
  if (start === undefined || best === undefined) throw new CliError('bad-input', `run ${runId} has no best workflow yet`);
  const side = await comparisonSide(cluster, record, start, signal);
  return [side, best.round === start.round ? side : await comparisonSide(cluster, record, best, signal)];
}

import type { ScoredExecution } from '../../domain/comparison/compare-evaluations.ts';
import { executionRecords } from '../../domain/comparison/execution-record.ts';
import { describeMissingResults } from '../../domain/comparison/missing-results.ts';
import { isScored } from '../../domain/failure-class.ts';
import { bestOf } from '../../domain/report/run-progress.ts';
import { tokensOf } from '../../domain/run/ledger/totals.ts';
import { CliError } from '../cli-error.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { findRun } from '../runs/find-run.ts';
import { readRun } from '../runs/follow-run.ts';
import { readRunBenchmark } from '../runs/read-run-benchmark.ts';
import { createRunRecord, type RunRecord } from '../runs/run-record.ts';
import { answersInLog } from './answers-in-log.ts';
import { readExecutionDetails } from './read-execution-details.ts';

/** One of the two that are compared. */
export interface ComparisonSide {
  readonly label: string;
  /** Absent where a file does not say. */
  readonly benchmark?: string;
  readonly split?: string;
  readonly scorer?: string;
  readonly simulated: boolean;
  readonly executions: readonly ScoredExecution[];
  /** Of all executions; absent where a file does not say. */
  readonly tokens?: number;
  /** What a reader must know before believing a comparison with it. */
  readonly remarks: readonly string[];
}

/**
 * An evaluation, or the best workflow of a run with what was executed of it.
 * @throws CliError if nothing was
 */
export async function readRunSide(cluster: ReachedCluster, wanted: string, signal: AbortSignal): Promise<ComparisonSide> {
  const { runId } = await findRun(cluster, wanted, signal);
  return sideOf(cluster, await readRun(cluster, createRunRecord(runId), signal), undefined, signal);
}

/**
 * The workflow that a search started from, and its best one.
 * @throws CliError if nothing was executed of one of them
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
  return [await sideOf(cluster, record, start, signal), await sideOf(cluster, record, best, signal)];
}

/** @param named the round whose workflow it is; undefined: the best one's, under the run's own name */
async function sideOf(
  cluster: ReachedCluster,
  record: RunRecord,
  named: ReturnType<typeof bestOf>,
  signal: AbortSignal,
): Promise<ComparisonSide> {
  const { runId } = record;
  const state = record.state();
  const round = named ?? bestOf(state) ?? state.rounds.at(-1);
  if (round === undefined || round.outcomes.length === 0) {
    throw new CliError('bad-input', `run ${runId} has not executed its best workflow: \`scale eval --run ${runId}\` does`);
  }
  const details = await readExecutionDetails(cluster, runId, round.workflowHash, signal);
  const benchmarkRead = await readRunBenchmark(cluster, runId, signal);
  const records = executionRecords(round.outcomes, answersInLog(record, round.round), details, benchmarkRead);
  const missing = describeMissingResults(records);
  const { benchmark } = state.configuration;
  const counted = records.filter(isScored);
  const lost = records.length - counted.length;
  const executed = new Set(records.map(({ queryId }) => queryId)).size;
  const partly = `${runId} has executed ${executed} of its ${benchmark.queryCount} queries, which need not be a fair sample: \`scale eval --run ${runId}\` executes all`;
  return {
    label: named === undefined ? runId : `${runId}, round ${named.round}${named.round === 1 ? ' (the start)' : ''}`,
    benchmark: benchmark.name,
    split: benchmark.split,
    scorer: benchmark.scorer,
    simulated: records.some(({ simulated }) => simulated),
    executions: counted,
    tokens: records.reduce((sum, { usage }) => sum + tokensOf(usage), 0),
    remarks: [
      ...(executed < benchmark.queryCount ? [partly] : []),
      ...(lost === 0 ? [] : [`${lost} of ${records.length} executions of ${runId} have no score: see its failures`]),
      ...(missing === undefined ? [] : [`${runId}: ${missing}`]),
    ],
  };
}

/** Scores of different things cannot be subtracted. @throws CliError */
export function refuseUnlike(a: ComparisonSide, b: ComparisonSide): void {
  for (const field of ['benchmark', 'split', 'scorer'] as const) {
    const [inA, inB] = [a[field], b[field]];
    if (inA === undefined || inB === undefined || inA === inB) continue;
    throw new CliError(
      'bad-input',
      `${a.label} and ${b.label} cannot be compared: the ${field} of the first is ${inA}, that of the second ${inB}`,
    );
  }
}

import type { ScoredExecution } from '../../domain/comparison/compare-evaluations.ts';
import { executionRecords } from '../../domain/comparison/execution-record.ts';
import { describeMissingResults } from '../../domain/comparison/missing-results.ts';
import { defined } from '../../domain/defined.ts';
import { isScored } from '../../domain/failure-class.ts';
import { type Money, moneyOf } from '../../domain/prices/money-of.ts';
import { bestOf } from '../../domain/report/run-progress.ts';
import { tokensOf } from '../../domain/run/ledger/totals.ts';
import { executedOutcomes } from '../../domain/run/outcomes/executed-outcomes.ts';
import { isQueryLevel } from '../../domain/run/run-kind.ts';
import type { Round } from '../../domain/run/state.ts';
import { type Latencies, latenciesOf } from '../../domain/statistics/latencies.ts';
import { benchmarkDefinitions } from '../benchmarks/registry.ts';
import { answersInLog } from './answers-in-log.ts';
import { readExecutionDetails } from './read-execution-details.ts';
import { readRunBenchmark } from './read-run-benchmark.ts';
import { RunReadError } from './run-read-error.ts';
import type { RunRecord } from './run-record.ts';
import type { RunSource } from './run-source.ts';

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
  /** What they have cost; absent where nothing says what its models cost. */
  readonly money?: Money;
  /** How long its executions took; absent where nothing says so. */
  readonly latencyMs?: Latencies;
  /** What a reader must know before believing a comparison with it. */
  readonly remarks: readonly string[];
}

/**
 * What was executed of a round's workflow.
 * @param named the round; undefined: the best one's, under the run's own name
 * @throws RunReadError if nothing was
 */
export async function comparisonSide(
  source: RunSource,
  record: RunRecord,
  named: Round | undefined,
  signal: AbortSignal,
): Promise<ComparisonSide> {
  const { runId } = record;
  const state = record.state();
  const round = named ?? bestOf(state) ?? state.rounds.at(-1);
  const outcomes = round && executedOutcomes(state, round);
  if (round === undefined || outcomes === undefined || outcomes.length === 0) {
    const which = named === undefined ? 'its best workflow' : `the workflow of round ${named.round}`;
    throw new RunReadError(
      'bad-input',
      `run ${runId} has not executed ${which}: \`scale eval --run ${runId}\` executes its best`,
    );
  }
  const details = await readExecutionDetails(source, runId, round.workflowHash, signal);
  const benchmarkRead = await readRunBenchmark(source, runId, signal);
  const records = executionRecords(outcomes, answersInLog(record, round.round), details, benchmarkRead);
  const missing = describeMissingResults(records);
  const { benchmark } = state.configuration;
  const counted = records.filter(isScored);
  const lost = records.length - counted.length;
  const executed = new Set(records.map(({ queryId }) => queryId)).size;
  const label = named === undefined ? runId : `${runId}, round ${named.round}${named.round === 1 ? ' (the start)' : ''}`;
  // A run knows the name of a benchmark of one's own, but not where its file is.
  const file = benchmarkDefinitions.has(benchmark.name) ? '' : ' --benchmark FILE.yaml';
  const evaluate = `scale eval --run ${runId}${file} --split ${benchmark.split}`;
  const all = round.round === bestOf(state)?.round ? `: \`${evaluate}\` executes all` : '';
  const partly = `${label} has executed ${executed} of ${benchmark.queryCount} queries, which need not be a fair sample${all}`;
  return {
    label,
    benchmark: benchmark.name,
    split: benchmark.split,
    scorer: benchmark.scorer,
    simulated: records.some(({ simulated }) => simulated),
    executions: counted,
    tokens: records.reduce((sum, { usage }) => sum + tokensOf(usage), 0),
    ...defined({
      money: moneyOf(
        record.prices(),
        outcomes.flatMap((outcome) => outcome.tokens),
      ),
    }),
    ...defined({ latencyMs: latenciesOf(records.flatMap(({ latencyMs }) => latencyMs ?? [])) }),
    remarks: [
      ...(isQueryLevel(state.configuration) ? [perQuery(label)] : []),
      ...(executed < benchmark.queryCount ? [partly] : []),
      ...(lost === 0 ? [] : [`${lost} of ${records.length} executions of ${runId} have no score: see its failures`]),
      ...(missing === undefined ? [] : [`${runId}: ${missing}`]),
    ],
  };
}

/** Its round has a workflow too: that of the queries for which none could be written. */
function perQuery(label: string): string {
  return `${label} is a query-level run: each query was answered by a workflow written for it, not by the one shown, and writing them is not in its tokens`;
}

/** Scores of different things cannot be subtracted. @throws RunReadError */
export function refuseUnlike(a: ComparisonSide, b: ComparisonSide): void {
  for (const field of ['benchmark', 'split', 'scorer'] as const) {
    const [inA, inB] = [a[field], b[field]];
    if (inA === undefined || inB === undefined || inA === inB) continue;
    throw new RunReadError(
      'bad-input',
      `${a.label} and ${b.label} cannot be compared: the ${field} of the first is ${inA}, that of the second ${inB}`,
    );
  }
}

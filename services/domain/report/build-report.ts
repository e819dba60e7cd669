import type { Benchmark } from '../benchmark.ts';
import { defined } from '../defined.ts';
import type { PriceTable } from '../prices/price-table.ts';
import type { RunEvent } from '../run/event.ts';
import type { Spent } from '../run/ledger/spent.ts';
import type { RunState } from '../run/state.ts';
import { countRepetitions } from './count-repetitions.ts';
import { failedIn, groupFailures } from './group-failures.ts';
import { reportBest } from './report-best.ts';
import { reportEstimates } from './report-estimates.ts';
import { reportFeedback } from './report-feedback.ts';
import { reportLedger, reportSpending } from './report-ledger.ts';
import { reportMatrix } from './report-matrix.ts';
import { reportMemory } from './report-memory.ts';
import { type ReportMeta, type ReportModel, type RunFacts, reportFormat } from './report-model.ts';
import { reportPick } from './report-pick.ts';
import { reportRemarks } from './report-remarks.ts';
import { reportRounds } from './report-rounds.ts';
import { reportVerdict } from './report-verdict.ts';

/** What is known of a run beside its log. */
export interface BesideTheLog {
  /** What its calls have used. */
  readonly spent?: Spent | undefined;
  /** What its models cost. */
  readonly prices?: PriceTable | undefined;
  /** How long executions of each round's workflow took, in milliseconds: the log holds no times. */
  readonly latencies?: ReadonlyMap<number, readonly number[]> | undefined;
  /** What its events say: the state keeps no texts. */
  readonly events?: Iterable<RunEvent> | undefined;
}

/** The report of a run, finished or not. */
export function buildReport(
  state: RunState,
  benchmark: Benchmark,
  meta: ReportMeta,
  { spent, prices, latencies, events = [] }: BesideTheLog = {},
): ReportModel {
  const { initialWorkflow: _, ...configuration } = state.configuration;
  const best = reportBest(state);
  const pick = reportPick(state);
  const { startedAtMs, endedAtMs } = meta;
  const runMs = startedAtMs === undefined || endedAtMs === undefined ? undefined : endedAtMs - startedAtMs;
  const ledger = reportLedger(state, spent, prices, runMs);
  const estimates = reportEstimates(state);
  return {
    format: reportFormat,
    simulated: ledger.total.simulated,
    run: runFacts(state, benchmark, meta),
    configuration,
    ...defined({ best, verdict: reportVerdict(state, prices), pick, memory: reportMemory(state) }),
    ...defined({ feedback: reportFeedback(events) }),
    rounds: reportRounds(state, benchmark.otherScorers, { prices, latencies }),
    spending: reportSpending(state, prices),
    ledger,
    estimates,
    matrix: reportMatrix(state, benchmark),
    refusals: groupFailures(
      state.rounds.flatMap(({ round, proposals, queryProposals = [] }) =>
        [...proposals, ...queryProposals].flatMap(({ failure }) => (failure === undefined ? [] : [{ round, failure }])),
      ),
    ),
    repetitions: countRepetitions(state),
    executionFailures: groupFailures(state.rounds.flatMap(failedIn)),
    remarks: [...(benchmark.warnings ?? []), ...reportRemarks(state, best, pick, estimates)],
  };
}

function runFacts(
  { configuration, status, stopReason, failure, limit }: RunState,
  { otherScorers }: Benchmark,
  meta: ReportMeta,
): RunFacts {
  const { benchmark } = configuration;
  return {
    ...meta,
    name: configuration.name,
    status,
    ...defined({ stopReason, limit: limit?.reached }),
    ...(failure === undefined ? {} : { failure: failure.message }),
    benchmark: benchmark.name,
    split: benchmark.split,
    queries: benchmark.queryCount,
    scorer: benchmark.scorer,
    otherScorers,
    method: configuration.evaluation.method,
    seed: configuration.seed,
    executor: configuration.executor.model,
    optimizer: configuration.optimizer.model,
  };
}

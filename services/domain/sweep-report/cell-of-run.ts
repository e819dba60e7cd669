import { defined } from '../defined.ts';
import { moneyOf } from '../prices/money-of.ts';
import type { PriceTable } from '../prices/price-table.ts';
import type { TimedCalls } from '../report/calls-at-once.ts';
import { groupFailures } from '../report/group-failures.ts';
import { moneySpent } from '../report/money-spent.ts';
import type { ReportMeta } from '../report/report-model.ts';
import { reportSpent } from '../report/report-spent.ts';
import { bestOf } from '../report/run-progress.ts';
import type { BenchmarkReference } from '../run/configuration.ts';
import { describeLimit } from '../run/describe-limit.ts';
import type { StopReason } from '../run/event.ts';
import { isOver } from '../run/is-over.ts';
import { describeDoubts } from '../run/ledger/describe-doubts.ts';
import type { Spent, SpentUse } from '../run/ledger/spent.ts';
import { totalsByModel, totalUse } from '../run/ledger/totals.ts';
import { coversAllQueries } from '../run/outcomes/executions.ts';
import { scoresByQuery } from '../run/outcomes/outcomes.ts';
import { isSearch } from '../run/run-kind.ts';
import type { RunState } from '../run/state.ts';
import { repeatedIn } from './repeated-in.ts';
import type { CellRun, RunScore, TestScore } from './reported-cell.ts';

/** What a report needs of a run besides its state. */
export interface CellRunFacts extends ReportMeta {
  readonly spent?: Spent;
  readonly prices?: PriceTable;
}

/** What a run has to show in the report of its sweep, finished or not. */
export function cellOfRun(state: RunState, facts: CellRunFacts): CellRun {
  const { runId, spent, prices, startedAtMs, endedAtMs } = facts;
  // What is no search has chosen nothing on its queries: its own score is as good as a test.
  const own = isSearch(state.configuration) ? undefined : testOfRun(state, { runId });
  const test = own && { ...own, tokens: 0 };
  const used = totalUse(state.ledger);
  const spentTokens = spent && reportSpent(used.tokens, spent, isOver(state)).tokens;
  const period = startedAtMs === undefined || endedAtMs === undefined ? undefined : { startedAtMs, endedAtMs };
  const wallMs = period && period.endedAtMs - period.startedAtMs;
  const { limit } = state;
  const stopReason = limit === undefined ? describeStop(state.stopReason) : `ended by ${describeLimit(limit.reached)}`;
  return {
    runId,
    simulated: used.simulated,
    tokens: used.tokens,
    ...defined({ score: scoreOf(state), test, spentTokens, wallMs, period, stopReason }),
    ...defined({ timedCalls: spent?.uses.map(timedCallsOf) }),
    ...defined({
      money: moneyOf(prices, state.ledger),
      spentMoney: spent && moneySpent(prices, state.ledger, spent),
    }),
    repeated: repeatedIn(state, spent),
    failures: groupFailures(
      state.rounds.flatMap(({ round, outcomes }) =>
        outcomes.flatMap(({ failure }) => (failure === undefined ? [] : [{ round, failure }])),
      ),
    ),
    doubts: describeDoubts(totalsByModel(state.ledger)).map(({ sentence }) => sentence),
  };
}

/** What the response cache has answered was never under way. */
function timedCallsOf({ part, model, tookMs }: SpentUse): TimedCalls {
  return { model, ...defined({ tookMs: part === 'cached' ? 0 : tookMs }) };
}

/** A finished evaluation of a cell's workflow on queries that its search has not seen; undefined if nothing has a score. */
export function testOfRun(state: RunState, { runId, prices }: Pick<CellRunFacts, 'runId' | 'prices'>): TestScore | undefined {
  const score = scoreOf(state);
  if (score?.byQuery === undefined || state.status !== 'completed') return undefined;
  const { split } = state.configuration.benchmark;
  const money = moneyOf(prices, state.ledger);
  return { ...score, byQuery: score.byQuery, runId, split, tokens: totalUse(state.ledger).tokens, ...defined({ money }) };
}

function scoreOf(state: RunState): RunScore | undefined {
  const round = bestOf(state);
  if (round?.evaluation === undefined) return undefined;
  const { benchmark } = state.configuration;
  const scores = scoresByQuery(round.outcomes);
  const isWhole = coversAllQueries(round, state.configuration) && scores.size > 0;
  return {
    value: round.evaluation.score,
    method: round.evaluation.method,
    queries: scores.size,
    ofQueries: benchmark.queryCount,
    queriesAre: queriesOf(benchmark),
    ...(isWhole && { byQuery: new Map([...scores].sort(([one], [other]) => one - other)) }),
  };
}

function describeStop(reason: StopReason | undefined): string | undefined {
  if (reason === undefined || reason === 'max-rounds') return undefined;
  return reason === 'converged' ? 'converged' : `ended early: ${reason}`;
}

function queriesOf({ name, split, contentHash, scorer }: BenchmarkReference): string {
  return [name, split, contentHash, scorer].join(' ');
}

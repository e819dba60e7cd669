import { defined } from '../defined.ts';
import { type Money, moneyOf } from '../prices/money-of.ts';
import type { PriceTable } from '../prices/price-table.ts';
import { bestRound } from '../run/best-round.ts';
import { isOver } from '../run/is-over.ts';
import { estimateSaving } from '../run/ledger/estimated-saving.ts';
import type { Spent } from '../run/ledger/spent.ts';
import { totalUse } from '../run/ledger/totals.ts';
import type { Round, RunState } from '../run/state.ts';
import { moneySpent } from './money-spent.ts';
import { isTold, reportSpent } from './report-spent.ts';
import { estimateLeftMs, type RoundTimes } from './time-left.ts';

/** How far the current step has got, which the coordinator reports besides the log. */
export interface StepProgress {
  readonly round: number;
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  /** What the run's calls have used, if that was reported. */
  readonly spent?: Spent;
  /** Rounds that are under way after this one. */
  readonly ahead?: readonly RoundProgress[];
}

export interface RoundProgress {
  readonly round: number;
  readonly phase: string;
  readonly done: number;
  readonly total: number;
}

export interface RunProgress {
  readonly round: number;
  readonly maxRounds: number;
  readonly roundsCompleted: number;
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  /** Rounds that are under way after this one; absent where there is none. */
  readonly ahead?: readonly RoundProgress[];
  readonly tokens: number;
  /** Tokens that were paid for, absent where those are the ones that were charged. */
  readonly spentTokens?: number;
  /** What was paid for, in money, or what was charged where only that is known; absent if no model has a price. */
  readonly money?: Money;
  /** Calls whose tokens are estimates. */
  readonly estimatedCalls?: number;
  /** Share of the tokens that executing every workflow on every query would have cost, at most 1; absent before any is known. */
  readonly savedShare?: number;
  readonly bestScore?: number;
  readonly bestRound?: number;
  /** Absent until a round like those that are left has ended. */
  readonly leftMs?: number;
  readonly simulated: boolean;
}

/**
 * What a waiting person wants to know.
 * @param nowMs on the log's clock
 * @param prices what the run's models cost, if that is known
 */
export function progressOf(
  state: RunState,
  step: StepProgress | undefined,
  times: RoundTimes,
  nowMs: number,
  prices?: PriceTable,
): RunProgress {
  const best = bestOf(state);
  const used = totalUse(state.ledger);
  const saving = estimateSaving(state);
  // A budget, like convergence, ends a search before its last round.
  const leftMs = isOver(state) ? 0 : estimateLeftMs(state, times, nowMs);
  const newest = state.rounds.at(-1)?.round ?? 0;
  const isCurrent = step !== undefined && step.round >= newest;
  return {
    round: Math.max(newest, step?.round ?? 0),
    maxRounds: state.configuration.search.maxRounds,
    roundsCompleted: state.rounds.filter((round) => round.completed).length,
    phase: isCurrent ? step.phase : '',
    done: isCurrent ? step.done : 0,
    total: isCurrent ? step.total : 0,
    ...(isCurrent && step.ahead !== undefined && step.ahead.length > 0 && { ahead: step.ahead }),
    tokens: used.tokens,
    ...defined({ estimatedCalls: used.estimatedCalls }),
    ...spentTokens(used.tokens, step?.spent),
    simulated: used.simulated,
    ...(saving.fullEvaluation === 0 ? {} : { savedShare: saving.share }),
    ...(best?.evaluation === undefined ? {} : { bestScore: best.evaluation.score, bestRound: best.round }),
    ...defined({ leftMs, money: moneySoFar(state, step?.spent, prices) }),
  };
}

function moneySoFar({ ledger }: RunState, spent: Spent | undefined, prices: PriceTable | undefined): Money | undefined {
  return (spent && moneySpent(prices, ledger, spent)) ?? moneyOf(prices, ledger);
}

function spentTokens(charged: number, spent: Spent | undefined): Pick<RunProgress, 'spentTokens'> {
  if (spent === undefined) return {};
  const report = reportSpent(charged, spent, false);
  return isTold(report) ? { spentTokens: report.tokens } : {};
}

/** The best round so far; after the end, the one that the search picked. */
export function bestOf(state: RunState): Round | undefined {
  const best = state.bestRound ?? bestRound(state);
  return best === undefined ? undefined : state.rounds[best - 1];
}

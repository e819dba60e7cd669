import { defined } from '../defined.ts';
import { evaluationMethods } from '../evaluation/registry.ts';
import { type Money, moneyOf } from '../prices/money-of.ts';
import type { PriceTable } from '../prices/price-table.ts';
import { bestRound } from '../run/best-round.ts';
import { isOver } from '../run/is-over.ts';
import { estimateSaving } from '../run/ledger/estimated-saving.ts';
import type { Spent } from '../run/ledger/spent.ts';
import { totalUse } from '../run/ledger/totals.ts';
import { parallelismOf } from '../run/rounds-seen.ts';
import type { Round, RunState } from '../run/state.ts';
import { moneySpent } from './money-spent.ts';
import { isTold, reportSpent } from './report-spent.ts';

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

/** When each round of a run began and ended, by the log's clock; a round in progress has no end. */
export type RoundTimes = ReadonlyMap<number, { readonly startMs: number; readonly endMs?: number }>;

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
  return (spent && moneySpent(prices, ledger, spent, false)) ?? moneyOf(prices, ledger);
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

/**
 * What the latest rounds of the same kind took, executed in full or later, for each round that is left; those under way together
 * pass together. The latest, since workflows grow as a search goes on, and never the first, which proposes nothing; their median,
 * since a round that was interrupted spans the pause. Then the final pick. A search that converges ends sooner.
 */
function estimateLeftMs(state: RunState, times: RoundTimes, nowMs: number): number | undefined {
  const { maxRounds } = state.configuration.search;
  const { method, warmUpRounds } = state.configuration.evaluation;
  const executesAll = evaluationMethods.get(method)?.executesAll === true;
  const isFull = (round: number): boolean => executesAll || round <= warmUpRounds;
  const ofKind = (full: boolean) =>
    state.rounds.filter(({ round, completed }) => completed && round > 1 && isFull(round) === full);
  const latest = Math.max(3, parallelismOf(state.configuration));
  const typical = { full: medianMs(ofKind(true).slice(-latest), times), few: medianMs(ofKind(false).slice(-latest), times) };
  const completed = new Set(state.rounds.flatMap(({ round, completed: isDone }) => (isDone ? [round] : [])));
  let [sum, longest] = [0, 0];
  for (let round = 1; round <= maxRounds; round += 1) {
    if (completed.has(round)) continue;
    const expected = isFull(round) ? typical.full : typical.few;
    if (expected === undefined) return undefined;
    const start = times.get(round)?.startMs;
    const left = start === undefined ? expected : Math.max(0, expected - Math.max(0, nowMs - start));
    sum += left;
    longest = Math.max(longest, left);
  }
  const ofRounds = Math.max(longest, sum / parallelismOf(state.configuration));
  return ofRounds + pickLeftMs(state, typical.few ?? typical.full ?? 0, times, nowMs);
}

/**
 * The final pick halves the field, and each rung lasts about as long as a round: 103 s after 20 rounds of 25 s, four of them at
 * once, with the simulated model at 60 tokens a second. While it goes on, at least one rung is left.
 */
function pickLeftMs({ rounds, configuration }: RunState, rungMs: number, times: RoundTimes, nowMs: number): number {
  const { maxRounds, finalPick } = configuration.search;
  if (finalPick === undefined || finalPick.policy === 'argmax') return 0;
  const whole = rungMs * Math.log2(Math.max(2, maxRounds));
  if (rounds.filter(({ completed }) => completed).length < maxRounds) return whole;
  const began = Math.max(...rounds.map(({ round }) => times.get(round)?.endMs ?? nowMs));
  return Math.max(rungMs, whole - Math.max(0, nowMs - began));
}

function medianMs(rounds: readonly Round[], times: RoundTimes): number | undefined {
  const durations = rounds
    .flatMap(({ round }) => {
      const time = times.get(round);
      return time?.endMs === undefined ? [] : [time.endMs - time.startMs];
    })
    .sort((a, b) => a - b);
  return durations[Math.floor(durations.length / 2)];
}

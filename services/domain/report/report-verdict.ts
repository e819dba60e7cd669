import { defined } from '../defined.ts';
import { isBetterThanStart } from '../picking/better-than-start.ts';
import { finalScores } from '../picking/final-scores.ts';
import { boardOf, isKnown, scoreAt } from '../picking/outcome-board.ts';
import { type Money, moneyOf } from '../prices/money-of.ts';
import type { PriceTable } from '../prices/price-table.ts';
import { bestRound } from '../run/best-round.ts';
import { earlierRounds } from '../run/earlier-rounds.ts';
import { tokensAnAnswer } from '../run/ledger/mean-cost.ts';
import { executionFacts } from '../run/outcomes/execution-facts.ts';
import { isSearch } from '../run/run-kind.ts';
import type { Round, RunState } from '../run/state.ts';
import { type PairedInterval, pairedInterval } from '../statistics/paired-interval.ts';

export const verdictKinds = ['better', 'cheaper', 'nothing-better'] as const;

/** What came of a search: in one word, and in figures. */
export interface Verdict {
  /**
   * The winner is `better` than the start as isBetterThanStart has it: surely, if the interval of their difference is above 0,
   * and else probably. Otherwise it is `cheaper` if an answer takes clearly fewer tokens and the interval is not below 0.
   * Otherwise `nothing-better` was found; then only `highest-score`, which asks for no cost, recommends what costs more.
   */
  readonly kind: (typeof verdictKinds)[number];
  readonly round: number;
  /**
   * Of the mean scores on the queries that both were executed on; absent where there are none, or the start is the winner. The
   * same queries have chosen the winner, so the difference is too high on average.
   */
  readonly difference?: PairedInterval;
  readonly queries: number;
  /** An answer of the start's and of the winner's workflow; absent where nothing was executed. */
  readonly start?: AnswerCost;
  readonly winner?: AnswerCost;
  /** The search is over: nothing will change it. */
  readonly isFinal: boolean;
}

/** Means over what was executed for a workflow's score. */
export interface AnswerCost {
  readonly tokens: number;
  /** Absent if no model has a price. */
  readonly money?: Money;
}

/** Tokens of an answer that are not clearly fewer: estimates from a few queries differ by as much. */
const asDear = 0.95;

/** Of a search that has a winner, or would have one if it ended now; undefined otherwise. */
export function reportVerdict(state: RunState, prices?: PriceTable): Verdict | undefined {
  const candidates = earlierRounds(state.rounds);
  const number = state.bestRound ?? bestRound(state);
  const winner = candidates.findIndex(({ round }) => round === number);
  const start = candidates.findIndex(({ round }) => round === 1);
  if (!isSearch(state.configuration) || winner < 0 || start < 0) return undefined;
  const { queryCount } = state.configuration.benchmark;
  const board = boardOf(candidates, queryCount);
  const score = finalScores(state);
  for (const candidate of new Set([start, winner])) {
    for (let query = 0; query < queryCount; query += 1) {
      const known = score((candidates[candidate] as { round: number }).round, query);
      if (known !== undefined) board.scores[candidate * queryCount + query] = known;
    }
  }
  const queries = Array.from({ length: queryCount }, (_, query) => query);
  const common = queries.filter((query) => isKnown(board, winner, query) && isKnown(board, start, query));
  const differences = winner === start ? [] : common.map((query) => scoreAt(board, winner, query) - scoreAt(board, start, query));
  const costs = [start, winner].map((candidate) => costOf(state, candidates[candidate]?.round ?? 0, prices));
  return {
    kind: kindOf(differences, costs[0], costs[1]),
    round: candidates[winner]?.round ?? 0,
    queries: common.length,
    isFinal: state.bestRound !== undefined,
    ...(differences.length > 0 && { difference: pairedInterval(differences) }),
    ...defined({ start: costs[0], winner: costs[1] }),
  };
}

function kindOf(differences: readonly number[], start: AnswerCost | undefined, winner: AnswerCost | undefined): Verdict['kind'] {
  if (differences.length === 0) return 'nothing-better';
  if (isBetterThanStart(differences)) return 'better';
  const isCheaper = start !== undefined && winner !== undefined && winner.tokens <= asDear * start.tokens;
  return isCheaper && pairedInterval(differences).high >= 0 ? 'cheaper' : 'nothing-better';
}

function costOf({ rounds }: RunState, round: number, prices: PriceTable | undefined): AnswerCost | undefined {
  const found = rounds[round - 1];
  return found && answerCost(found, prices);
}

/** What an answer of a round's workflow takes, in tokens and in money. */
export function answerCost(round: Round, prices: PriceTable | undefined): AnswerCost | undefined {
  const tokens = tokensAnAnswer(round);
  if (tokens === undefined) return undefined;
  const total = moneyOf(prices, executionFacts(round.outcomes).uses);
  const money = total && { ...total, amount: total.amount / round.outcomes.length };
  return { tokens, ...defined({ money }) };
}

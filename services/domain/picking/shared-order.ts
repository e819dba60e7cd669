import type { Random } from '../ports.ts';
import { shuffled } from '../random.ts';
import type { EarlierRound } from '../run/earlier-rounds.ts';
import type { Objective } from '../run/objective.ts';
import { isKnown, type OutcomeBoard, scoreAt } from './outcome-board.ts';
import type { PickRequest } from './pick-policy.ts';
import { prefer } from './prefer.ts';

/** One order of queries for all candidates: a workflow that has seen more of it has seen everything that the others have. */
export interface SharedOrder {
  readonly queries: readonly number[];
  /** How many queries at its beginning were executed with every candidate. */
  readonly common: number;
}

/** First what all candidates have seen, then what most have seen (it is partly paid for), ties at random. */
export function sharedOrder(board: OutcomeBoard, candidates: number, random: Random): SharedOrder {
  const seenBy = new Int32Array(board.queryCount);
  for (let candidate = 0; candidate < candidates; candidate += 1) {
    for (let query = 0; query < board.queryCount; query += 1) {
      if (isKnown(board, candidate, query)) seenBy[query] = (seenBy[query] as number) + 1;
    }
  }
  const queries = shuffled(random, [...seenBy.keys()]).sort((a, b) => (seenBy[b] as number) - (seenBy[a] as number));
  const uncommon = queries.findIndex((query) => (seenBy[query] as number) < candidates);
  return { queries, common: uncommon < 0 ? queries.length : uncommon };
}

export interface Extension {
  /** The new length of the shared beginning. */
  readonly length: number;
  readonly requests: readonly PickRequest[];
}

/** Extends the shared beginning for these candidates as far as `share` executions allow; what is on the board costs nothing. */
export function extend(
  board: OutcomeBoard,
  live: readonly number[],
  order: SharedOrder,
  from: number,
  share: number,
  atMost = order.queries.length,
): Extension {
  const requests: PickRequest[] = [];
  let length = from;
  for (; length < Math.min(atMost, order.queries.length); length += 1) {
    const query = order.queries[length] as number;
    const before = requests.length;
    for (const candidate of live) if (!isKnown(board, candidate, query)) requests.push({ candidate, query });
    if (requests.length > share) {
      requests.length = before;
      break;
    }
  }
  return { length, requests };
}

/**
 * How much of the shared beginning, up to here, has been executed with all of them: all that was asked for, unless tokens ran
 * out.
 */
export function executedLength(
  board: OutcomeBoard,
  live: readonly number[],
  { queries }: SharedOrder,
  from: number,
  to: number,
): number {
  let length = from;
  while (length < to && live.every((candidate) => isKnown(board, candidate, queries[length] as number))) length += 1;
  return length;
}

/** The sum of a candidate's scores over the first `length` queries of the order. */
export function prefixSum(board: OutcomeBoard, candidate: number, { queries }: SharedOrder, length: number): number {
  let sum = 0;
  for (let index = 0; index < length; index += 1) sum += scoreAt(board, candidate, queries[index] as number);
  return sum;
}

export interface Ranking {
  /** How those are ordered that the objective does not tell apart: at random, or the one found last first. */
  readonly ties: Random | 'newest-first';
  readonly objective: Objective | undefined;
  readonly candidates: readonly EarlierRound[];
  /** See Comparison. */
  readonly slack?: number;
}

/** Best first by the scores over the shared beginning, as the objective has it. */
export function ranked(
  board: OutcomeBoard,
  live: readonly number[],
  order: SharedOrder,
  length: number,
  { ties, ...preference }: Ranking,
): number[] {
  const before = ties === 'newest-first' ? [...live].sort((a, b) => b - a) : shuffled(ties, live);
  const standings = before.map((candidate) => ({
    candidate,
    score: prefixSum(board, candidate, order, length) / Math.max(1, length),
  }));
  const newerIsBetter = ties === 'newest-first';
  return prefer(standings, { ...preference, newerIsBetter, queries: length, queryCount: board.queryCount }).map(
    ({ candidate }) => candidate,
  );
}

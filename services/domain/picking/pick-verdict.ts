import type { EarlierRound } from '../run/earlier-rounds.ts';
import { normalDistribution } from '../statistics/normal.ts';
import { type PairedDifference, pairedDifference } from '../statistics/paired-tests.ts';
import { isKnown, type OutcomeBoard, scoreAt } from './outcome-board.ts';

/** How sure the pick is, for the report. */
export interface PickVerdict {
  readonly round: number;
  /**
   * A lower bound for the probability that no other workflow is better on this validation set, judging by executions on the same
   * queries: 1 minus the sum of the others' chances. 0 if nothing was executed in common.
   */
  readonly certainty: number;
  /** Rounds that the paired test cannot distinguish from the winner at the requested confidence. */
  readonly tied: readonly number[];
  /** The winner against each other, in the order of the candidates. */
  readonly comparisons: readonly PickComparison[];
}

export interface PickComparison {
  readonly round: number;
  /** Queries that both were executed on. */
  readonly queries: number;
  /** Undefined without common queries. */
  readonly paired: PairedDifference | undefined;
  /** The chance that the other is better on all queries; 0.5 if nothing is known. */
  readonly chanceBetter: number;
}

/**
 * @param winner its place among the candidates
 * @param confidence above which two workflows are told apart, from 0 to 1
 */
export function judgePick(
  candidates: readonly EarlierRound[],
  board: OutcomeBoard,
  winner: number,
  confidence: number,
): PickVerdict {
  const comparisons = candidates.flatMap(({ round }, other) =>
    other === winner ? [] : [{ round, ...compare(board, winner, other) }],
  );
  const doubt = comparisons.reduce((sum, { chanceBetter }) => sum + chanceBetter, 0);
  return {
    round: candidates[winner]?.round as number,
    certainty: Math.max(0, 1 - doubt),
    tied: comparisons.filter(({ paired }) => paired === undefined || paired.pValue > 1 - confidence).map(({ round }) => round),
    comparisons,
  };
}

function compare(board: OutcomeBoard, winner: number, other: number): Omit<PickComparison, 'round'> {
  const common = Array.from({ length: board.queryCount }, (_, query) => query).filter(
    (query) => isKnown(board, winner, query) && isKnown(board, other, query),
  );
  if (common.length === 0) return { queries: 0, paired: undefined, chanceBetter: 0.5 };
  const row = (candidate: number) => common.map((query) => scoreAt(board, candidate, query));
  const paired = pairedDifference(row(winner), row(other));
  const chanceBetter = normalDistribution(-paired.difference / paired.standardError);
  return { queries: common.length, paired, chanceBetter };
}

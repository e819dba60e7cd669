import type { EarlierRound } from '../run/earlier-rounds.ts';

/** The matrix of workflows and queries, as far as it is known. NaN where nothing was executed. */
export interface OutcomeBoard {
  readonly queryCount: number;
  /** Row after row: candidate * queryCount + query. */
  readonly scores: Float64Array;
}

export function boardOf(candidates: readonly EarlierRound[], queryCount: number): OutcomeBoard {
  const scores = new Float64Array(candidates.length * queryCount).fill(Number.NaN);
  for (const [candidate, { queries, scores: known }] of candidates.entries()) {
    for (let index = 0; index < queries.length; index += 1) {
      scores[candidate * queryCount + (queries[index] as number)] = known[index] as number;
    }
  }
  return { queryCount, scores };
}

/** From 0 to 1, and NaN where the candidate was not executed on the query. Both are places, from 0. */
export function scoreAt(board: OutcomeBoard, candidate: number, query: number): number {
  return board.scores[candidate * board.queryCount + query] as number;
}

export function isKnown(board: OutcomeBoard, candidate: number, query: number): boolean {
  return !Number.isNaN(scoreAt(board, candidate, query));
}

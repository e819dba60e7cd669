import type { ScoresByQuery } from './reported-cell.ts';

/** Queries on which every one of these has a score, in the order of the first; none for none. */
export function commonQueries(scores: readonly ScoresByQuery[]): number[] {
  const [first, ...others] = scores;
  return first === undefined ? [] : [...first.keys()].filter((query) => others.every((other) => other.has(query)));
}

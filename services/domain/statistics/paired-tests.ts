import { mean } from './intervals.ts';

/** Two workflows on the same queries. */
export interface PairedDifference {
  /** Mean of the first minus mean of the second. */
  readonly difference: number;
  /** Of the difference. One win and one loss are added to what was seen, so that a few equal outcomes are not certainty. */
  readonly standardError: number;
  /** Queries on which the first scores higher, and lower. */
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
  /** Two-sided, of the sign test; with right and wrong answers this is McNemar's exact test. */
  readonly pValue: number;
}

/** @throws RangeError unless both lists have the same length, at least 1 */
export function pairedDifference(first: readonly number[], second: readonly number[]): PairedDifference {
  if (first.length !== second.length) throw new RangeError(`cannot pair ${first.length} values with ${second.length}`);
  const differences = first.map((value, index) => value - (second[index] as number));
  const difference = mean(differences);
  const squares = differences.reduce((sum, value) => sum + (value - difference) ** 2, 2);
  const wins = differences.filter((value) => value > 0).length;
  const losses = differences.filter((value) => value < 0).length;
  return {
    difference,
    standardError: Math.sqrt(squares / differences.length / differences.length),
    wins,
    losses,
    ties: differences.length - wins - losses,
    pValue: signTest(wins, losses),
  };
}

/**
 * The two-sided probability of a split at least this uneven if both sides were equally likely; ties are left out. 1 if there are
 * only ties.
 */
export function signTest(wins: number, losses: number): number {
  const count = wins + losses;
  const fewer = Math.min(wins, losses);
  if (2 * fewer >= count) return 1;
  // Logarithms, because 2^-count underflows beyond a thousand.
  let logTerm = -count * Math.LN2;
  let tail = Math.exp(logTerm);
  for (let successes = 1; successes <= fewer; successes += 1) {
    logTerm += Math.log((count - successes + 1) / successes);
    tail += Math.exp(logTerm);
  }
  return Math.min(1, 2 * tail);
}

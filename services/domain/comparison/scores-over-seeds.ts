import { randomStream } from '../random.ts';
import { type CrossedInterval, crossedInterval, stratifiedInterval } from '../statistics/crossed-interval.ts';
import { mean } from '../statistics/intervals.ts';
import { signFlipTest } from '../statistics/sign-flip-test.ts';

/** A score with its interval over seeds and queries, clipped to the range of a score. @param values values[seed][query] */
export function scoreOver(values: readonly (readonly number[])[]): CrossedInterval {
  const { value, low, high } = crossedInterval(values, 0.5);
  return { value, low: Math.max(0, low), high: Math.min(1, high) };
}

export interface PairedDifference {
  readonly difference: CrossedInterval;
  /** Two-sided: the sign-flip test on the queries' differences, each the mean over seeds. It says nothing about other seeds. */
  readonly pValue: number;
}

/** A difference with its interval and test. @param differences differences[seed][query] */
export function pairedOver(differences: readonly (readonly number[])[]): PairedDifference {
  return pairedOverSets([differences]);
}

/**
 * The same over several sets of queries, such as benchmarks, which all have the same weight.
 * @param sets sets[set][seed][query]
 */
export function pairedOverSets(sets: readonly (readonly (readonly number[])[])[]): PairedDifference {
  const byQuery = sets.map((rows) => (rows[0] ?? []).map((_, query) => mean(rows.map((row) => row[query] as number))));
  const typical = mean(byQuery.map(({ length }) => length));
  const weighed = byQuery.flatMap((values) => values.map((value) => value * (typical / values.length)));
  const { value, low, high } = stratifiedInterval(sets, 1);
  return {
    difference: { value, low: Math.max(-1, low), high: Math.min(1, high) },
    pValue: signFlipTest(weighed, randomStream(1, 'sign-flip')).pValue,
  };
}

/** Query by query, `scores` minus `others`. @throws RangeError unless both are of as many queries */
export function differencesOf(scores: readonly number[], others: readonly number[]): number[] {
  if (scores.length !== others.length) throw new RangeError(`cannot pair ${scores.length} queries with ${others.length}`);
  return scores.map((score, query) => score - (others[query] as number));
}

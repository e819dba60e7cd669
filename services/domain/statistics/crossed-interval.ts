import { type Interval, mean } from './intervals.ts';
import { studentQuantile } from './student.ts';

export interface CrossedInterval extends Interval {
  readonly value: number;
}

/**
 * The mean of values that are crossed by seed and query, with its interval over both: other seeds would have found other
 * workflows, and other queries would have scored them differently. The variance is the sum of what seeds and what queries add
 * (s_seed^2 / S + s_query^2 / Q, which counts their interaction twice and so errs on the safe side); its degrees of freedom are
 * Satterthwaite's. With one seed only the queries are left, and the interval is about this one search alone.
 *
 * Queries whose values are all alike would give no variance, which a sample cannot justify: one value of +`spread` and one of
 * -`spread` are made up, as in pairedDifference.
 * @param values values[seed][query], at least one of each, all rows of one length
 * @param spread the most that one query's value can differ: 1 for differences of scores, .5 for scores
 */
export function crossedInterval(values: readonly (readonly number[])[], spread: number, confidence = 0.95): CrossedInterval {
  return stratifiedInterval([values], spread, confidence);
}

/**
 * The same for values of several sets of queries, such as benchmarks: the mean of their means, each set with the same weight,
 * whatever its number of queries. The sets are these and no sample of others.
 * @param strata strata[set][seed][query]
 */
export function stratifiedInterval(
  strata: readonly (readonly (readonly number[])[])[],
  spread: number,
  confidence = 0.95,
): CrossedInterval {
  const sets = strata.map((values) => partsOf(values, spread));
  const value = mean(sets.map((set) => set.value));
  const parts = sets.flatMap((set) => set.parts.map((part) => ({ ...part, variance: part.variance / sets.length ** 2 })));
  const variance = parts.reduce((sum, part) => sum + part.variance, 0);
  const degrees = variance ** 2 / parts.reduce((sum, part) => sum + part.variance ** 2 / part.degrees, 0);
  const half = studentQuantile((1 + confidence) / 2, degrees) * Math.sqrt(variance);
  return { value, low: value - half, high: value + half };
}

interface VariancePart {
  readonly variance: number;
  readonly degrees: number;
}

function partsOf(values: readonly (readonly number[])[], spread: number): { value: number; parts: readonly VariancePart[] } {
  const [first] = values;
  if (first === undefined || values.some((row) => row.length !== first.length)) {
    throw new RangeError('seeds must have values for the same queries');
  }
  const bySeed = values.map(mean);
  const value = mean(bySeed);
  const byQuery = first.map((_, query) => mean(values.map((row) => row[query] as number)));
  const ofQueries = {
    variance: squares(byQuery, value, 2 * spread ** 2) / byQuery.length ** 2,
    degrees: Math.max(1, byQuery.length - 1),
  };
  if (bySeed.length < 2) return { value, parts: [ofQueries] };
  const variance = squares(bySeed, value, 0) / (bySeed.length - 1) / bySeed.length;
  return { value, parts: [ofQueries, { variance, degrees: bySeed.length - 1 }] };
}

function squares(values: readonly number[], centre: number, madeUp: number): number {
  return values.reduce((sum, value) => sum + (value - centre) ** 2, madeUp);
}

/** A value with an interval where there is more than one seed. */
export interface SeedsInterval {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** The mean over seeds with Student's interval; none for a single seed. */
export function seedsInterval(values: readonly number[], confidence = 0.95): SeedsInterval {
  const value = mean(values);
  if (values.length < 2) return { value };
  const variance = squares(values, value, 0) / (values.length - 1) / values.length;
  const half = studentQuantile((1 + confidence) / 2, values.length - 1) * Math.sqrt(variance);
  return { value, low: value - half, high: value + half };
}

/** The geometric mean of paired ratios over seeds, with Student's interval on their logarithms. @param ratios above 0 */
export function ratioInterval(ratios: readonly number[], confidence = 0.95): SeedsInterval {
  const { value, low, high } = seedsInterval(ratios.map(Math.log), confidence);
  const interval = low === undefined || high === undefined ? {} : { low: Math.exp(low), high: Math.exp(high) };
  return { value: Math.exp(value), ...interval };
}

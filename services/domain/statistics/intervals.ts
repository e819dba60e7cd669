/** @throws RangeError for no values, which have no mean */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('the mean of no values is not defined');
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The standard error of the mean, with n - 1 degrees of freedom; undefined below two values. It is 0 if all values are equal,
 * which in a small sample is no certainty: show wilsonInterval for shares of successes.
 */
export function standardErrorOfMean(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Wilson's score interval for a share of successes; it holds for small n and at 0 and 1. Fractional successes (F1) are taken at
 * face value, which makes it too wide rather than too narrow.
 * @param z 1.96 for 95 %
 */
export function wilsonInterval(successes: number, trials: number, z = 1.96): Interval {
  if (trials === 0) return { low: 0, high: 1 };
  const share = successes / trials;
  const scale = 1 + z ** 2 / trials;
  const centre = (share + z ** 2 / (2 * trials)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

import type { CrossedInterval, SeedsInterval } from '../statistics/crossed-interval.ts';

/**
 * What a difference of scores supports, in words: a direction only if the interval excludes 0. E.g. "its test score is 1.2
 * points below aflow's (-2.0 to -0.4)" or "its test score cannot be distinguished from aflow's (-0.3 points, -1.9 to +1.3)".
 */
export function describeDifference(what: string, { value, low, high }: CrossedInterval, other: string): string {
  const interval = `${signed(low)} to ${signed(high)}`;
  if (low > 0) return `${what} is ${points(value)} above ${other} (${interval})`;
  if (high < 0) return `${what} is ${points(-value)} below ${other} (${interval})`;
  return `${what} cannot be distinguished from ${other} (${signed(value)} points, ${interval})`;
}

/** The same with the difference first, e.g. "a test score difference of -0.3 points (interval -1.9 to +1.3): the scores ...". */
export function describeScoreDifference({ value, low, high }: CrossedInterval): string {
  const stated = `a test score difference of ${signed(value)} points (interval ${signed(low)} to ${signed(high)})`;
  if (low > 0) return `${stated}, which is above 0`;
  return high < 0 ? `${stated}, which is below 0` : `${stated}: the scores cannot be distinguished`;
}

/** E.g. "spends at most 29 % of aflow's tokens (25 %, interval 22 to 29 %)": what the upper end of the interval supports. */
export function describeTokenRatio({ value, low, high }: SeedsInterval, reference: string): string {
  if (low === undefined || high === undefined)
    return `spends ${share(value)} of ${reference}'s tokens (one seed, so no interval)`;
  return `spends at most ${share(high)} of ${reference}'s tokens (${share(value)}, interval ${share(low)} to ${share(high)})`;
}

function share(value: number): string {
  return `${Number((100 * value).toPrecision(3))} %`;
}

function points(difference: number): string {
  const value = (100 * difference).toFixed(1);
  return `${value} point${value === '1.0' ? '' : 's'}`;
}

function signed(difference: number): string {
  const value = (100 * difference).toFixed(1);
  return Number(value) > 0 ? `+${value}` : value.replace('-', '−');
}

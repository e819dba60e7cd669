import type { CrossedInterval, SeedsInterval } from './crossed-interval.ts';

/**
 * What a difference of test scores bears out, in words: a direction only if the interval leaves 0 out. E.g. "scores 1.2 points
 * lower than aflow (-2.0 to -0.4)" or "cannot be told apart from aflow by test score (-0.3 points, -1.9 to +1.3)".
 */
export function describeDifference({ value, low, high }: CrossedInterval, reference: string): string {
  const interval = `${signed(low)} to ${signed(high)}`;
  if (low > 0) return `scores ${points(value)} higher than ${reference} (${interval})`;
  if (high < 0) return `scores ${points(-value)} lower than ${reference} (${interval})`;
  return `cannot be told apart from ${reference} by test score (${signed(value)} points, ${interval})`;
}

/** E.g. "spends at most 29 % of aflow's tokens (25 %, interval 22 to 29 %)": what the upper end of the interval allows to say. */
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

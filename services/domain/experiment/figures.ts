import type { Interval } from '../statistics/intervals.ts';
import type { SeedsInterval } from './crossed-interval.ts';
import type { Figure } from './experiment-report.ts';

/** A score in [0, 1], shown in per cent. */
export function percentFigure({ value, low, high }: SeedsInterval): Figure {
  return { unit: 'percent', value: 100 * value, ...scaled({ low, high }, 100) };
}

/** A difference of scores, shown in points. */
export function pointsFigure({ value, low, high }: SeedsInterval): Figure {
  return { unit: 'points', value: 100 * value, ...scaled({ low, high }, 100) };
}

export function tokensFigure({ value, low, high }: SeedsInterval): Figure {
  return { unit: 'tokens', value, ...scaled({ low: low === undefined ? undefined : Math.max(0, low), high }, 1) };
}

/** Of tokens: 1 is as many. */
export function shareFigure({ value, low, high }: SeedsInterval): Figure {
  return { unit: 'share', value, ...scaled({ low, high }, 1) };
}

export function probabilityFigure(value: number | undefined): Figure | undefined {
  return value === undefined ? undefined : { unit: 'probability', value };
}

function scaled({ low, high }: { low: number | undefined; high: number | undefined }, by: number): Partial<Interval> {
  return low === undefined || high === undefined ? {} : { low: by * low, high: by * high };
}

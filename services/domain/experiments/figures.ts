import type { SeedsInterval } from '../statistics/crossed-interval.ts';
import type { Interval } from '../statistics/intervals.ts';
import type { Figure } from './experiment-report.ts';

type Bounds = readonly [least: number, most: number];

/** A score in [0, 1], shown in per cent. */
export function percentFigure({ value, low, high }: SeedsInterval): Figure {
  return { unit: 'percent', value: 100 * value, ...scaled({ low, high }, 100) };
}

/** A difference of scores, shown in points. */
export function pointsFigure({ value, low, high }: SeedsInterval): Figure {
  return { unit: 'points', value: 100 * value, ...scaled({ low, high }, 100) };
}

export function tokensFigure(interval: SeedsInterval): Figure {
  return boundedFigure('tokens', interval, [0, Number.POSITIVE_INFINITY]);
}

/** Of tokens: 1 is the same number. */
export function shareFigure({ value, low, high }: SeedsInterval): Figure {
  return { unit: 'share', value, ...scaled({ low, high }, 1) };
}

/** A number or a share that cannot lie outside its bounds, whereas Student's interval can. */
export function boundedFigure(unit: Figure['unit'], { value, low, high }: SeedsInterval, [least, most]: Bounds): Figure {
  if (low === undefined || high === undefined) return { unit, value };
  return { unit, value, low: Math.max(least, low), high: Math.min(most, high) };
}

export function probabilityFigure(value: number | undefined): Figure | undefined {
  return value === undefined ? undefined : { unit: 'probability', value };
}

function scaled({ low, high }: { low: number | undefined; high: number | undefined }, by: number): Partial<Interval> {
  return low === undefined || high === undefined ? {} : { low: by * low, high: by * high };
}

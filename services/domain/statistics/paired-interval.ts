import { type Interval, mean } from './intervals.ts';
import { normalQuantile } from './normal.ts';
import { studentQuantile } from './student.ts';

export interface PairedInterval extends Interval {
  /** Mean of the differences. */
  readonly difference: number;
  readonly confidence: number;
  readonly method: 'bonett-price' | 'student';
}

/**
 * The mean difference of two workflows on the same queries, with its interval. Pairing takes the queries' difficulties out.
 *
 * - Where each difference is -1, 0 or 1 (right or wrong, once a query): Bonett and Price (2012), a Wald interval after
 *   adding one won and one lost query. It keeps its coverage for few queries, and when few of them differ.
 * - Otherwise Student's t on the differences; if they are all equal, the former, which has a non-zero width.
 * @param differences one a query, in [-1, 1], at least one
 */
export function pairedInterval(differences: readonly number[], confidence = 0.95): PairedInterval {
  const difference = mean(differences);
  const whole = differences.every((value) => value === 0 || Math.abs(value) === 1);
  const equal = differences.every((value) => value === differences[0]);
  const clip = (centre: number, half: number): Interval => ({
    low: Math.max(-1, Math.min(difference, centre - half)),
    high: Math.min(1, Math.max(difference, centre + half)),
  });
  if (whole || equal) {
    const count = differences.length + 2;
    const centre = differences.reduce((sum, value) => sum + value, 0) / count;
    const squares = differences.reduce((sum, value) => sum + value * value, 2);
    const half = normalQuantile((1 + confidence) / 2) * Math.sqrt((squares / count - centre ** 2) / count);
    return { difference, confidence, method: 'bonett-price', ...clip(centre, half) };
  }
  const degrees = differences.length - 1;
  const variance = differences.reduce((sum, value) => sum + (value - difference) ** 2, 0) / degrees;
  const half = studentQuantile((1 + confidence) / 2, degrees) * Math.sqrt(variance / differences.length);
  return { difference, confidence, method: 'student', ...clip(difference, half) };
}

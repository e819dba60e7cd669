import type { Comparison } from '../../domain/comparison/compare-evaluations.ts';
import { formatShare } from '../document/format.ts';

/** What the figures of a comparison support, and no more. */
export function concludingSentence({ verdict, difference, test }: Comparison): string {
  const level = formatShare(difference.confidence);
  if (verdict === 'undecided') {
    return `A and B cannot be told apart at ${level}: B - A may be anything from ${formatRange(difference)} points (${formatPValue(test.pValue)}).`;
  }
  const [better, other] = verdict === 'b' ? ['B', 'A'] : ['A', 'B'];
  return `${better} scores higher than ${other}: B - A is ${formatPoints(difference.difference)} points, ${formatRange(difference)} at ${level} (${formatPValue(test.pValue)}).`;
}

export function formatRange({ low, high }: Comparison['difference']): string {
  return `${formatPoints(low)} to ${formatPoints(high)}`;
}

/** A difference of scores times 100, with its sign. */
export function formatPoints(difference: number): string {
  const text = (100 * difference).toFixed(1);
  if (/^-?0\.0$/.test(text)) return '0.0';
  return difference > 0 ? `+${text}` : text;
}

export function formatPValue(pValue: number): string {
  return pValue < 0.001 ? 'p < 0.001' : `p = ${pValue.toFixed(3)}`;
}

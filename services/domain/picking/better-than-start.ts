import { pairedInterval } from '../statistics/paired-interval.ts';

/**
 * How sure it must be that a workflow is better than the start for it to cost more: three to one, the lower end of this interval.
 * On simulated searches, nine in ten of those that are dearer and pass really are better; at 95 % nearly every search on 90
 * queries would end with its start, two points of score below what it has found (docs/decisions/0033).
 */
const confidence = 0.5;

/**
 * Whether a workflow is better than the start as far as these queries tell. The pick lets no dearer one win that is not, and the
 * report's first line says of no other that it is: so they never contradict each other.
 * @param differences winner minus start, one a query that both were executed on
 */
export function isBetterThanStart(differences: readonly number[]): boolean {
  return differences.length > 0 && pairedInterval(differences, confidence).low > 0;
}

import { defined } from '../../defined.ts';
import { scored } from '../../failure-class.ts';
import { mean, standardErrorOfMean } from '../../statistics/intervals.ts';
import type { Evaluation } from '../event.ts';
import type { KeptOutcome } from './outcome-columns.ts';

/**
 * The mean over queries, each the mean of its repeats. A failed execution counts 0, unless it says nothing about the workflow:
 * then it does not count. The standard error is that of the
 * queries as a sample: repeats of a query are not further evidence about other queries.
 */
export function executedScore(outcomes: Iterable<KeptOutcome>): Pick<Evaluation, 'score' | 'standardError'> {
  const scores = [...scoresByQuery(outcomes).values()];
  const standardError = standardErrorOfMean(scores);
  return { score: mean(scores), ...defined({ standardError }) };
}

/** Mean score over the repeats that have one, by query index, in the order of the outcomes. */
export function scoresByQuery(outcomes: Iterable<KeptOutcome>): ReadonlyMap<number, number> {
  // In one pass, without a list for each query: a report asks for it of each round several times.
  const sums = new Map<number, { sum: number; count: number }>();
  for (const { queryIndex, score } of scored(outcomes)) {
    const known = sums.get(queryIndex);
    if (known === undefined) sums.set(queryIndex, { sum: score, count: 1 });
    else {
      known.sum += score;
      known.count += 1;
    }
  }
  const means = new Map<number, number>();
  for (const [query, { sum, count }] of sums) means.set(query, sum / count);
  return means;
}

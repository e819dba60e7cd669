import { defined } from '../defined.ts';
import { scored } from '../failure-class.ts';
import { mean, standardErrorOfMean } from '../statistics/intervals.ts';
import type { Evaluation } from './event.ts';
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
  const repeats = Map.groupBy(scored(outcomes), (outcome) => outcome.queryIndex);
  return new Map([...repeats].map(([query, group]) => [query, mean(group.map((outcome) => outcome.score))]));
}

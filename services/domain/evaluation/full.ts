import type { Evaluation, ExecutionOutcome } from '../search/event.ts';
import { mean, standardErrorOfMean } from '../statistics/intervals.ts';
import type { EvaluationMethod, EvaluationStep, Evidence } from './evaluation-method.ts';

/** S_exec (Eq 2): the mean over the whole validation set, as AFlow scores every workflow. */
export const full: EvaluationMethod = {
  name: 'full',
  description: 'executes every query of the validation set, as AFlow does',
  usesPrediction: false,
  next: (evidence) => drawEveryQuery(evidence) ?? { kind: 'score', evaluation: fullEvaluation(evidence) },
};

/** The queries that were not asked for yet; undefined if there are none. */
export function drawEveryQuery({ queryCount, sampled }: Evidence): EvaluationStep | undefined {
  const asked = new Set(sampled);
  if (asked.size === queryCount) return undefined;
  const all = Array.from({ length: queryCount }, (_, query) => query);
  return { kind: 'sample', queryIndexes: all.filter((query) => !asked.has(query)), strata: [] };
}

export function fullEvaluation({ outcomes }: Evidence): Evaluation {
  return { method: 'full', ...executedScore(outcomes), executions: outcomes.length };
}

/**
 * The mean over queries, each the mean of its repeats. A failed execution counts 0. The standard error is that of the
 * queries as a sample: repeats of a query are no further evidence about other queries.
 */
export function executedScore(outcomes: readonly ExecutionOutcome[]): Pick<Evaluation, 'score' | 'standardError'> {
  const scores = [...scoresByQuery(outcomes).values()];
  const standardError = standardErrorOfMean(scores);
  return { score: mean(scores), ...(standardError === undefined ? {} : { standardError }) };
}

/** Mean score over the repeats, by query index, in the order of the outcomes. */
export function scoresByQuery(outcomes: readonly ExecutionOutcome[]): ReadonlyMap<number, number> {
  const repeats = Map.groupBy(outcomes, (outcome) => outcome.queryIndex);
  return new Map([...repeats].map(([query, group]) => [query, mean(group.map((outcome) => outcome.score))]));
}

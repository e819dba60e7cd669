import type { Evaluation } from '../run/event.ts';
import { executedScore } from '../run/outcomes/outcomes.ts';
import type { EvaluationMethod, EvaluationStep, Evidence } from './evaluation-method.ts';

/** S_exec (Eq 2): the mean over the whole validation set, as AFlow scores every workflow. */
export const full: EvaluationMethod = {
  name: 'full',
  description: 'executes every query of the validation set, as AFlow does',
  label: 'full evaluation',
  mark: 'circle',
  executesAll: true,
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

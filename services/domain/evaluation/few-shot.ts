import type { Evaluation } from '../run/event.ts';
import { executedScore } from '../run/outcomes/outcomes.ts';
import { drawFewShot } from './draw-few-shot.ts';
import type { EvaluationMethod, Evidence } from './evaluation-method.ts';

/** S_few (Eq 7): the plain mean over the drawn queries, without stratum weights, so it is biased for any gamma. */
export const fewShot: EvaluationMethod = {
  name: 'few-shot',
  description: 'executes a few queries drawn by difficulty and takes their mean',
  label: 'few-shot',
  mark: 'triangle',
  usesPrediction: false,
  next: (evidence) => drawFewShot(evidence) ?? { kind: 'score', evaluation: fewShotEvaluation(evidence) },
};

export function fewShotEvaluation({ outcomes }: Evidence): Evaluation {
  const executed = executedScore(outcomes);
  return { method: 'few-shot', ...executed, executions: outcomes.length, fewShot: executed.score };
}

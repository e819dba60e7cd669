import type { Evaluation } from '../run/event.ts';
import { mean } from '../statistics/intervals.ts';
import type { EvaluationMethod, Evidence } from './evaluation-method.ts';

/** The baseline that the paper leaves out: every workflow gets the mean of the warm-up, and nothing is spent on it. */
export const constant: EvaluationMethod = {
  name: 'constant',
  description: 'gives every workflow the mean score of the warm-up',
  label: 'mean of the warm-up',
  mark: 'bar',
  usesPrediction: false,
  next: (evidence) => ({ kind: 'score', evaluation: constantEvaluation(evidence) }),
};

/**
 * Also what other methods fall back on when they know nothing. The parent's score would do too, but would keep a line of children
 * that were never executed at the top. With no warm-up, it is the parent's score, and for the first workflow 0.
 */
export function constantEvaluation({ warmUp, parent }: Evidence): Evaluation {
  const score = warmUp.length === 0 ? (parent?.score ?? 0) : mean(warmUp.map(({ scores }) => mean(scores)));
  return { method: 'constant', score, executions: 0 };
}

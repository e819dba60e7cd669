import type { Evaluation } from '../search/event.ts';
import { mean } from '../statistics/intervals.ts';
import type { EvaluationMethod, Evidence } from './evaluation-method.ts';

/** S_pred (Eq 6): the optimizer's own forecast, with nothing executed after the warm-up. */
export const predicted: EvaluationMethod = {
  name: 'predicted',
  description: "takes the optimizer model's own prediction",
  usesPrediction: true,
  next: (evidence) => {
    const { prediction } = evidence;
    if (prediction === 'pending') return { kind: 'predict' };
    if (prediction === undefined) return { kind: 'score', evaluation: constantEvaluation(evidence) };
    return { kind: 'score', evaluation: { method: 'predicted', score: prediction, executions: 0, predicted: prediction } };
  },
};

/**
 * What is left without a prediction: the mean of the warm-up, which the evaluation names `constant`, since it says nothing
 * about this workflow. The parent's score would do too, but would keep a line of unpredictable children at the top. With no
 * warm-up either, it is the parent's score, and for the first workflow 0.
 */
function constantEvaluation({ warmUp, parent }: Evidence): Evaluation {
  const score = warmUp.length === 0 ? (parent?.score ?? 0) : mean(warmUp.map(({ scores }) => mean(scores)));
  return { method: 'constant', score, executions: 0 };
}

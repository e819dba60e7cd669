import { constantEvaluation } from './constant.ts';
import type { EvaluationMethod } from './evaluation-method.ts';

/** S_pred (Eq 6): the optimizer's own forecast, with nothing executed after the warm-up. */
export const predicted: EvaluationMethod = {
  name: 'predicted',
  description: "takes the optimizer model's own prediction",
  label: 'predicted',
  mark: 'square',
  usesPrediction: true,
  next: (evidence) => {
    const { prediction } = evidence;
    if (prediction === 'pending') return { kind: 'predict' };
    if (prediction === undefined) return { kind: 'score', evaluation: constantEvaluation(evidence) };
    return { kind: 'score', evaluation: { method: 'predicted', score: prediction, executions: 0, predicted: prediction } };
  },
};

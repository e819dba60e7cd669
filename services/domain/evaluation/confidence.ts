import { constantEvaluation } from './constant.ts';
import type { EvaluationMethod } from './evaluation-method.ts';

/**
 * S_conf: how sure the optimizer says it is of its own proposal. It is part of the proposal's reply, so it costs no call;
 * without it the score is the warm-up's mean, and named so.
 */
export const confidence: EvaluationMethod = {
  name: 'confidence',
  description: "takes the optimizer's confidence in its own proposal",
  label: "the optimizer's confidence",
  mark: 'pentagon',
  asksConfidence: true,
  usesPrediction: false,
  next: (evidence) => {
    const score = evidence.confidence;
    if (score === undefined) return { kind: 'score', evaluation: constantEvaluation(evidence) };
    return { kind: 'score', evaluation: { method: 'confidence', score, executions: 0 } };
  },
};

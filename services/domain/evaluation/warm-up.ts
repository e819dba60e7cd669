import type { EvaluationMethod } from './evaluation-method.ts';
import { drawEveryQuery, full, fullEvaluation } from './full.ts';

/**
 * Full evaluation on behalf of another method. If that one uses predictions, one is asked for here as well and kept with the
 * score: the records of the warm-up show the optimizer how far off it was.
 */
export function warmUpFor(method: EvaluationMethod): EvaluationMethod {
  return {
    ...full,
    description: `the warm-up of ${method.name}`,
    usesPrediction: method.usesPrediction,
    next: (evidence) => {
      const sample = drawEveryQuery(evidence);
      if (sample !== undefined) return sample;
      if (method.usesPrediction && evidence.prediction === 'pending') return { kind: 'predict' };
      const evaluation = fullEvaluation(evidence);
      const { prediction } = evidence;
      return {
        kind: 'score',
        evaluation: typeof prediction === 'number' ? { ...evaluation, predicted: prediction } : evaluation,
      };
    },
  };
}

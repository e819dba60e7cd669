import type { EvaluationSettings } from '../run/configuration.ts';
import type { Evaluation } from '../run/event.ts';
import { executedScore } from '../run/outcomes/outcomes.ts';
import { drawFewShot } from './draw-few-shot.ts';
import type { EvaluationMethod, Evidence } from './evaluation-method.ts';
import { fewShotEvaluation } from './few-shot.ts';

/** S_hat (Eq 8-9): the prediction, calibrated by a few executions. */
export const scale: EvaluationMethod = {
  name: 'scale',
  description: 'calibrates the prediction by executing a few queries (the paper)',
  label: 'calibrated prediction',
  mark: 'diamond',
  // Both readings of Eq 9, since they are different methods (docs/estimators.md); the second also at about half of its usual cap.
  forms: [
    { name: 'scale (product)' },
    { name: 'scale (quotient)', settings: { alphaForm: 'quotient' } },
    { name: 'scale (quotient, alpha .5)', settings: { alphaForm: 'quotient', alphaMax: 0.5 } },
  ],
  usesPrediction: true,
  next: (evidence) => {
    const sample = drawFewShot(evidence);
    if (sample !== undefined) return sample;
    if (evidence.prediction === 'pending') return { kind: 'predict' };
    return { kind: 'score', evaluation: scaleEvaluation(evidence, evidence.prediction) };
  },
};

/** Without a usable prediction there is nothing to calibrate: the score is S_few, labelled as such, and alpha is 1. */
function scaleEvaluation(evidence: Evidence, prediction: number | undefined): Evaluation {
  if (prediction === undefined) return { ...fewShotEvaluation(evidence), alpha: 1 };
  const few = executedScore(evidence.outcomes).score;
  const epsilon = Math.abs(prediction - few);
  const alpha = calibrationWeight(epsilon, evidence.sampled.length / evidence.queryCount, evidence.settings);
  const score = (1 - alpha) * prediction + alpha * few;
  return { method: 'scale', score, executions: evidence.outcomes.length, predicted: prediction, fewShot: few, alpha, epsilon };
}

/**
 * Eq 9's alpha: 0 within the tolerance, otherwise growing with epsilon up to alphaMax. The paper's words ("to how many tolerance
 * units epsilon spans and to the few-shot ratio psi") mean the product (eps/tau) psi; its typeset line can be read as the
 * quotient eps/(tau psi), which is at least 33 for psi <= 0.03 and so always alphaMax. Its own Table 3 needs a mean alpha of
 * about 0.5, which the product gives only for tau of 0.01-0.02: hence the default.
 * @param psi |Dfew| / |Dval|, in (0, 1]
 */
export function calibrationWeight(
  epsilon: number,
  psi: number,
  { tau, alphaMax, alphaForm }: Pick<EvaluationSettings, 'tau' | 'alphaMax' | 'alphaForm'>,
): number {
  if (epsilon <= tau) return 0;
  const weight = alphaForm === 'product' ? (epsilon / tau) * psi : epsilon / (tau * psi);
  return Math.min(weight, alphaMax);
}

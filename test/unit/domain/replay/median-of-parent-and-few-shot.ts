import { drawFewShot } from '../../../../services/domain/evaluation/draw-few-shot.ts';
import type { EvaluationMethod, Evidence } from '../../../../services/domain/evaluation/evaluation-method.ts';
import { fewShotEvaluation } from '../../../../services/domain/evaluation/few-shot.ts';
import type { Evaluation } from '../../../../services/domain/run/event.ts';

/**
 * What somebody with an idea would write: an edit rarely changes much, so a child lies between its parent and what a few
 * queries say. One file like this one, and one line in the registry.
 */
export const medianOfParentAndFewShot: EvaluationMethod = {
  name: 'median-of-parent-and-few-shot',
  description: 'takes the median of the score of the parent and the mean of a few queries',
  label: 'median of parent and few-shot',
  mark: 'hexagon',
  usesPrediction: false,
  next: (evidence) => drawFewShot(evidence) ?? { kind: 'score', evaluation: evaluate(evidence) },
};

function evaluate(evidence: Evidence): Evaluation {
  const few = fewShotEvaluation(evidence);
  const known = evidence.parent === undefined ? [few.score] : [few.score, evidence.parent.score];
  return { ...few, method: medianOfParentAndFewShot.name, score: median(known) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [(sorted.length - 1) >> 1, sorted.length >> 1];
  return ((sorted[low] as number) + (sorted[high] as number)) / 2;
}

import { drawFewShot } from '../../../../services/domain/evaluation/draw-few-shot.ts';
import type { EvaluationMethod } from '../../../../services/domain/evaluation/evaluation-method.ts';
import { fewShotEvaluation } from '../../../../services/domain/evaluation/few-shot.ts';
import { ownSettings } from '../../../../services/domain/settings/own-settings.ts';
import type { SettingRules } from '../../../../services/domain/settings/setting-rule.ts';

const settings = {
  parent_weight: { type: 'number', low: 0, high: 1, default: 0.5, description: "what the parent's score weighs" },
  first_round: {
    type: 'choice',
    choices: ['as-it-is', 'halved'],
    default: 'as-it-is',
    description: 'what a round without a parent gets',
  },
} as const satisfies SettingRules;

/** A method with settings of its own, as somebody with an idea would write it: this file, and one line in the registry. */
export const pulledToParent: EvaluationMethod = {
  name: 'pulled-to-parent',
  description: 'pulls the mean of a few queries towards the score of the parent',
  label: 'pulled to parent',
  mark: 'hexagon',
  usesPrediction: false,
  settings,
  next(evidence) {
    const sample = drawFewShot(evidence);
    if (sample !== undefined) return sample;
    const { parent_weight: weight, first_round: first } = ownSettings(settings, evidence.settings.own);
    const few = fewShotEvaluation(evidence);
    const alone = first === 'halved' ? few.score / 2 : few.score;
    const score = evidence.parent === undefined ? alone : weight * evidence.parent.score + (1 - weight) * few.score;
    return { kind: 'score', evaluation: { ...few, method: 'pulled-to-parent', score } };
  },
};

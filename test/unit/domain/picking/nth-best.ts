import type { PickPolicy } from '../../../../services/domain/picking/pick-policy.ts';
import { ownSettings } from '../../../../services/domain/settings/own-settings.ts';
import type { SettingRules } from '../../../../services/domain/settings/setting-rule.ts';

const settings = {
  place: { type: 'number', whole: true, low: 1, high: 10, default: 1, description: 'the place, from the best, that wins' },
} as const satisfies SettingRules;

/** A policy with a setting of its own that anybody can check: this file, and one line in the registry. */
export const nthBest: PickPolicy = {
  name: 'nth-best',
  description: 'takes the workflow with this place among the scores',
  settings,
  *plan({ candidates, settings: { own } }) {
    const { place } = ownSettings(settings, own);
    const byScore = [...candidates.keys()].sort(
      (a, b) => (candidates[b]?.evaluation.score ?? 0) - (candidates[a]?.evaluation.score ?? 0) || a - b,
    );
    return byScore[place - 1] ?? 0;
  },
};

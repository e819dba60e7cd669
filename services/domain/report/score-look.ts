import type { Mark } from '../evaluation/mark.ts';
import { evaluationMethods } from '../evaluation/registry.ts';
import { partialMethod } from '../run/is-partial.ts';
import { staticScore } from '../search/static-score.ts';

/** How a report shows where a score comes from. */
export interface ScoreLook {
  readonly label: string;
  readonly mark: Mark;
}

/** What a score may be called beside the methods' names. */
const withoutMethod = new Map<string, ScoreLook>([
  [partialMethod, { label: 'cut short by the token budget', mark: 'half' }],
  [staticScore.method, { label: 'refused by a static check', mark: 'cross' }],
]);

/** By the name that the log gives a score; one that nothing here gives is shown by that name. */
export function lookOfScore(name: string): ScoreLook {
  return evaluationMethods.get(name) ?? withoutMethod.get(name) ?? { label: name, mark: 'other' };
}

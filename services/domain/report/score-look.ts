import type { Mark } from '../evaluation/mark.ts';
import { evaluationMethods } from '../evaluation/registry.ts';
import { partialMethod } from '../run/is-partial.ts';
import { staticScore } from '../search/static-score.ts';

/** How a report shows where a score comes from. */
export interface ScoreLook {
  readonly label: string;
  readonly mark: Mark;
}

/** What a score may be called, besides the methods' names. */
const withoutMethod = new Map<string, ScoreLook>([
  [partialMethod, { label: 'cut short by the token budget', mark: 'half' }],
  [staticScore.method, { label: 'refused by a static check', mark: 'cross' }],
]);

/** Looked up by the name that the log gives a score; a name unknown here is shown as it is. */
export function lookOfScore(name: string): ScoreLook {
  return evaluationMethods.get(name) ?? withoutMethod.get(name) ?? { label: name, mark: 'other' };
}

import type { PickPolicy } from './pick-policy.ts';
import { prefer } from './prefer.ts';

/**
 * The highest score of the search, the earliest if several are equal and the objective does not say which, as the paper seems to
 * do. Nothing is executed, so the winner of many noisy scores is more likely lucky than good.
 */
export const argmax: PickPolicy = {
  name: 'argmax',
  description: 'takes the highest score of the search',
  *plan({ candidates, objective, queryCount }) {
    const standings = candidates.map(({ evaluation: { score } }, candidate) => ({ candidate, score }));
    const queries = Math.min(...candidates.map((each) => each.queries.length));
    return prefer(standings, { objective, candidates, queryCount, queries })[0]?.candidate ?? 0;
  },
};

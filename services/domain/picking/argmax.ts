import type { PickPolicy } from './pick-policy.ts';

/**
 * The highest score of the search, the earliest if several are equal, as the paper seems to do. Nothing is executed, so the
 * winner of many noisy scores is more likely lucky than good.
 */
export const argmax: PickPolicy = {
  name: 'argmax',
  description: 'takes the highest score of the search',
  // biome-ignore lint/correctness/useYield: it asks for nothing
  *plan({ candidates }) {
    let best = 0;
    for (const [candidate, { evaluation }] of candidates.entries()) {
      if (evaluation.score > (candidates[best]?.evaluation.score ?? 0)) best = candidate;
    }
    return best;
  },
};

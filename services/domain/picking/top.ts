import type { PickPolicy } from './pick-policy.ts';
import { executedLength, extend, ranked, sharedOrder } from './shared-order.ts';

/** Executes the K best on the same queries as far as the budget allows, and takes the best of them. */
export const top: PickPolicy = {
  name: 'top',
  description: 'executes the K best again on the same queries, all of them if the budget allows',
  sharesQueries: true,
  *plan({ candidates, budget, objective, settings, random }, board) {
    const byScore = [...candidates.keys()].sort(
      (a, b) => (candidates[b]?.evaluation.score ?? 0) - (candidates[a]?.evaluation.score ?? 0) || a - b,
    );
    const live = byScore.slice(0, settings.topK);
    const order = sharedOrder(board, candidates.length, random);
    const extension = extend(board, live, order, 0, budget);
    if (extension.requests.length > 0) yield extension.requests;
    const length = executedLength(board, live, order, 0, extension.length);
    if (length === 0) return byScore[0] ?? 0;
    return ranked(board, live, order, length, { ties: random, objective, candidates })[0] ?? 0;
  },
};

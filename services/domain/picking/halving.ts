import type { PickPolicy } from './pick-policy.ts';
import { executedLength, extend, ranked, sharedOrder } from './shared-order.ts';

/**
 * Successive halving over one order of queries: the rest of the budget is split equally over the rungs, and the better 1/eta of
 * the workflows advance. If all were executed on the same queries during the search, that was the first rung. On recorded
 * searches no scheme of the paper comes close to it for the same number of executions (docs/estimators.md).
 */
export const halving: PickPolicy = {
  name: 'halving',
  description: 'executes all on the same queries and drops the worse half, until one is left',
  sharesQueries: true,
  *plan({ candidates, budget, objective, settings, random }, board) {
    const order = sharedOrder(board, candidates.length, random);
    const rungs = Math.ceil(Math.log(candidates.length) / Math.log(settings.eta) - 1e-9);
    let live = [...candidates.keys()];
    let length = order.common;
    let left = budget;
    for (let rung = 0; rung < rungs && live.length > 1; rung += 1) {
      if (rung > 0 || length === 0) {
        // At least one query, if it can be paid for: a rung that learns nothing would drop workflows at random.
        const share = Math.max(Math.floor(left / (rungs - rung)), Math.min(left, live.length));
        const extension = extend(board, live, order, length, share);
        if (extension.requests.length > 0) left = yield extension.requests;
        length = executedLength(board, live, order, length, extension.length);
      }
      live = ranked(board, live, order, length, { ties: random, objective, candidates }).slice(
        0,
        Math.ceil(live.length / settings.eta),
      );
    }
    return live[0] ?? 0;
  },
};

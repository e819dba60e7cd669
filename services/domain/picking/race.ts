import { normalQuantile } from '../statistics/normal.ts';
import { pairedDifference } from '../statistics/paired-tests.ts';
import { type OutcomeBoard, scoreAt } from './outcome-board.ts';
import type { PickPolicy } from './pick-policy.ts';
import { executedLength, extend, prefixSum, ranked, type SharedOrder, sharedOrder } from './shared-order.ts';

/** With `parallelism: 1`: share of the queries that all remaining workflows execute before they are compared again. */
const batchShare = 0.03;

/**
 * Halving that stops when it is sure: between its rungs it also drops any workflow that can no longer catch the leader, by
 * arithmetic or with the confidence of the settings. Budget that it does not need is not spent. Among equals the one that was
 * found last advances: a search builds on its best, so it is the better one more often than not (docs/estimators.md).
 *
 * Every comparison between rungs costs the time of the longest execution. On recorded searches those comparisons drop next to
 * nothing, so above `parallelism: 1` each rung is one step: the same regret in a third of the steps (docs/parallelism.md).
 */
export const race: PickPolicy = {
  name: 'race',
  description: 'halves, drops workflows that can no longer catch the leader, and stops when one is left',
  *plan({ candidates, budget, settings, random, queryCount, parallelism }, board) {
    const order = sharedOrder(board, candidates.length, random);
    const batch = parallelism > 1 ? queryCount : Math.max(1, Math.round(batchShare * queryCount));
    // Shared between the comparisons, so that the whole race errs with at most 1 - confidence, roughly.
    const bound = normalQuantile(1 - (1 - settings.confidence) / Math.max(1, candidates.length - 1));
    const rungs = Math.ceil(Math.log(candidates.length) / Math.log(settings.eta) - 1e-9);
    let live = [...candidates.keys()];
    let length = order.common;
    let left = budget;
    for (let rung = 0; rung < rungs && live.length > 1; rung += 1) {
      const keep = Math.ceil(candidates.length / settings.eta ** (rung + 1));
      let share = rung === 0 && length > 0 ? 0 : Math.max(Math.floor(left / (rungs - rung)), Math.min(left, live.length));
      for (;;) {
        const { requests, length: longer } = extend(board, live, order, length, share, length + batch);
        if (longer === length) break;
        if (requests.length > 0) left = yield requests;
        share = Math.min(share - requests.length, left);
        const reached = executedLength(board, live, order, length, longer);
        if (reached === length) break;
        length = reached;
        live = contenders(board, ranked(board, live, order, length, 'newest-first'), order, length, bound);
        if (live.length === 1) break;
      }
      live = ranked(board, live, order, length, 'newest-first').slice(0, keep);
    }
    return live[0] ?? 0;
  },
};

/** Of workflows ranked best first, the best one and those that may still catch it. */
function contenders(board: OutcomeBoard, byRank: readonly number[], order: SharedOrder, length: number, bound: number): number[] {
  const remaining = order.queries.length - length;
  const row = (candidate: number) => order.queries.slice(0, length).map((query) => scoreAt(board, candidate, query));
  const [leader = 0, ...others] = byRank;
  const leading = row(leader);
  const canCatch = (other: number): boolean => {
    if (prefixSum(board, leader, order, length) - prefixSum(board, other, order, length) > remaining) return false;
    if (remaining === 0) return true;
    const { difference, standardError } = pairedDifference(leading, row(other));
    // The unseen queries are the only uncertainty about the mean over this set.
    return difference <= bound * standardError * Math.sqrt(remaining / (order.queries.length - 1));
  };
  return [leader, ...others.filter(canCatch)];
}

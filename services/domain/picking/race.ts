import { normalQuantile } from '../statistics/normal.ts';
import { pairedDifference } from '../statistics/paired-tests.ts';
import { isKnown, type OutcomeBoard, scoreAt } from './outcome-board.ts';
import type { PickPolicy, PickTask } from './pick-policy.ts';
import { executedLength, extend, prefixSum, type Ranking, ranked, type SharedOrder, sharedOrder } from './shared-order.ts';

/** With `parallelism: 1`: share of the queries that all remaining workflows execute before they are compared again. */
const batchShare = 0.03;

/**
 * Halving that stops when it is sure: between its rungs it also drops any workflow that can no longer catch the leader, by
 * arithmetic or with the confidence of the settings. Budget that it does not need is not spent. Of equals the objective says
 * which advances; where it does not, it is the one that was found last: a search builds on its best, so it is the better one more
 * often than not (docs/estimators.md).
 *
 * Every comparison between rungs costs the time of the longest execution. On recorded searches those comparisons drop next to
 * nothing, so above `parallelism: 1` each rung is one step: the same regret in a third of the steps (docs/parallelism.md).
 */
export const race: PickPolicy = {
  name: 'race',
  description: 'halves, drops workflows that can no longer catch the leader, and stops when one is left',
  sharesQueries: true,
  *plan(task, board) {
    const { candidates, budget, objective, settings, random, queryCount, parallelism } = task;
    const order = sharedOrder(board, candidates.length, random);
    const ranking: Ranking = { ties: 'newest-first', objective, candidates };
    // Only a score can be caught: where cost decides too, the one behind may be the better one.
    const drops = objective === undefined || objective.kind === 'highest-score' || objective.kind === 'score';
    const batch = parallelism > 1 || !drops ? queryCount : Math.max(1, Math.round(batchShare * queryCount));
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
        if (!drops) continue;
        live = contenders(board, ranked(board, live, order, length, ranking), order, length, bound);
        if (live.length === 1) break;
      }
      live = advancing(task, board, live, order, length, keep);
    }
    if (objective?.kind === 'cheapest') return cheapestOfAll(task, board, order) ?? live[0] ?? 0;
    return live[0] ?? 0;
  },
};

/**
 * Those that go on to the next rung. Where the cheapest is wanted that is good enough, the start goes on with them: the others
 * are compared with it. It stands first only if it is the choice.
 */
function advancing(
  { candidates, objective }: PickTask,
  board: OutcomeBoard,
  live: readonly number[],
  order: SharedOrder,
  length: number,
  keep: number,
): number[] {
  const slack = length > 0 ? 0.5 / Math.sqrt(length) : 1;
  const byRank = ranked(board, live, order, length, { ties: 'newest-first', objective, candidates, ...(keep > 1 && { slack }) });
  const best = byRank.slice(0, keep);
  const start = live.find((candidate) => candidates[candidate]?.round === 1);
  if (objective?.kind !== 'cheapest' || keep === 1 || start === undefined || best.includes(start)) return best;
  return [...best.slice(0, -1), start];
}

/**
 * The cheapest of all candidates, however far they came, that on the queries it was executed on was better than the start by what
 * is asked for; undefined if there is none.
 */
function cheapestOfAll({ candidates, objective }: PickTask, board: OutcomeBoard, order: SharedOrder): number | undefined {
  const start = candidates.findIndex(({ round }) => round === 1);
  if (start < 0) return undefined;
  const lengths = candidates.map((_, candidate) => {
    const unknown = order.queries.findIndex((query) => !(isKnown(board, candidate, query) && isKnown(board, start, query)));
    return unknown < 0 ? order.queries.length : unknown;
  });
  const isEnough = (candidate: number): boolean => {
    const length = lengths[candidate] as number;
    const pair = [start, candidate];
    return length > 0 && ranked(board, pair, order, length, { ties: 'newest-first', objective, candidates })[0] === candidate;
  };
  const enough = [...candidates.keys()].filter((candidate) => candidate !== start && isEnough(candidate));
  const tokens = (candidate: number): number => candidates[candidate]?.tokens ?? Number.POSITIVE_INFINITY;
  return enough.toSorted((one, other) => tokens(one) - tokens(other))[0];
}

/** Of workflows, the one with the highest score and those that may still catch it, in the order given. */
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

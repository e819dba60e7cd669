import { mostInformative, sharedJitter } from '../evaluation/rasch.ts';
import { raschFitOf, sweptTimes } from '../evaluation/rasch-fit.ts';
import { estimate } from '../statistics/rasch-estimate.ts';
import { type RaschFit, withExecutions } from '../statistics/rasch-model.ts';
import { isKnown, type OutcomeBoard, scoreAt } from './outcome-board.ts';
import type { PickPolicy, PickRequest } from './pick-policy.ts';

const rungs = 4;

/**
 * Halving by a model: at each rung the better half by Rasch's estimate, each on the queries that are most informative about it;
 * all workflows are considered again at each rung. Parents play no part here: what helped on arrival was misleading among the
 * last few.
 */
export const refine: PickPolicy = {
  name: 'refine',
  description: "halves by Rasch's estimates, each workflow on the queries that are most informative about it",
  *plan({ candidates, memory, queryCount, budget, runRandom }, board) {
    const jitter = sharedJitter(queryCount, runRandom);
    let fit = sweptTimes(raschFitOf(queryCount, memory, candidates), 1, 0);
    let left = budget;
    for (let rung = 1; rung <= rungs; rung += 1) {
      const live = byEstimate(fit, memory.length).slice(0, Math.max(2, Math.ceil(candidates.length * 0.5 ** rung)));
      const each = Math.floor(left / (rungs + 1 - rung) / live.length);
      const requests = live.flatMap((candidate) =>
        mostInformative(fit, memory.length + candidate, jitter, each).map((query): PickRequest => ({ candidate, query })),
      );
      if (requests.length === 0) continue;
      left = yield requests;
      fit = taken(fit, memory.length, live, requests, board);
    }
    return byEstimate(sweptTimes(fit, 2, 0), memory.length)[0] ?? 0;
  },
};

/** @param first the row of the first candidate: those of memory come before it */
function taken(
  fit: RaschFit,
  first: number,
  live: readonly number[],
  requests: readonly PickRequest[],
  board: OutcomeBoard,
): RaschFit {
  return live.reduce((known, candidate) => {
    const asked = requests.filter((request) => request.candidate === candidate).map(({ query }) => query);
    const queries = asked.filter((query) => isKnown(board, candidate, query));
    const scores = queries.map((query) => scoreAt(board, candidate, query));
    return withExecutions(known, first + candidate, queries, scores);
  }, fit);
}

function byEstimate(fit: RaschFit, first: number): number[] {
  const scores = fit.rows.slice(first).map((_, candidate) => estimate(fit, first + candidate).score);
  return [...scores.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
}

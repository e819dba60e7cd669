import type { EarlierRound } from '../run/earlier-rounds.ts';
import type { OutcomeRow } from '../run/outcomes/outcome-row.ts';
import { type RaschFit, startRasch, swept, withRow } from '../statistics/rasch-model.ts';

/** How far a workflow's prior moves from the mean towards its parent. */
export const parentWeight = 0.5;

interface Known {
  readonly fit: RaschFit;
  readonly next: WeakMap<OutcomeRow, Known>;
}

type Roots = Map<number, WeakMap<readonly OutcomeRow[], Known>>;
const roots: Roots = new Map();
const noMemory: readonly OutcomeRow[] = [];

/**
 * The model of everything that was executed, learned in the order of the rounds: what it says after round 5 is what it would say
 * if round 5 were the last. Steps are cached by the rows' objects, so another round costs only its own executions; the cache
 * changes no result, and goes when the rows do.
 */
export function raschFitOf(queryCount: number, memory: readonly OutcomeRow[], earlier: readonly EarlierRound[]): RaschFit {
  let known = rootOf(queryCount, memory.length === 0 ? noMemory : memory);
  const indexes = new Map<number, number>();
  for (const [place, row] of earlier.entries()) {
    let next = known.next.get(row);
    if (next === undefined) {
      const parent = indexes.get(row.parentRound);
      next = { fit: withRound(known.fit, row, parent, place + 1), next: new WeakMap() };
      known.next.set(row, next);
    }
    known = next;
    indexes.set(row.round, memory.length + place);
  }
  return known.fit;
}

function rootOf(queryCount: number, memory: readonly OutcomeRow[]): Known {
  const bySize = roots.get(queryCount) ?? new WeakMap<readonly OutcomeRow[], Known>();
  roots.set(queryCount, bySize);
  let root = bySize.get(memory);
  if (root === undefined) {
    const remembered = memory.reduce((fit, row) => withRow(fit, { ...row, parent: undefined }, 0), startRasch(queryCount));
    root = { fit: memory.length === 0 ? remembered : sweptTimes(remembered, 3), next: new WeakMap() };
    bySize.set(memory, root);
  }
  return root;
}

/** The first rounds and those with many executions move the priors most; later ones are refitted every fifth round. */
function withRound(fit: RaschFit, row: EarlierRound, parent: number | undefined, place: number): RaschFit {
  const fitted = withRow(fit, { queries: row.queries, scores: row.scores, parent }, parentWeight);
  const sweeps = place <= 3 || row.queries.length * 2 > fit.queryCount ? 2 : place % 5 === 0 ? 1 : 0;
  return sweptTimes(fitted, sweeps);
}

/** @param times passes over all workflows. @param weight of a parent's ability in a workflow's prior, from 0 to 1 */
export function sweptTimes(fit: RaschFit, times: number, weight = parentWeight): RaschFit {
  let after = fit;
  for (let sweep = 0; sweep < times; sweep += 1) after = swept(after, weight);
  return after;
}

import { type EarlierRound, earlierRounds } from '../../run/earlier-rounds.ts';
import type { RoundStarted } from '../../run/event.ts';
import type { RunState } from '../../run/state.ts';

/** On fewer common queries, one that only the other solves is as often luck as not. */
export const fewestCommonQueries = 10;

/** Two parents, the one with the higher score first. */
export type Merge = Pick<RoundStarted, 'parentRound' | 'candidates'> & { readonly mergedRound: number };

/**
 * The two workflows that this round is to merge; undefined if it is to edit one. Of those that each solve a query that the other
 * does not, and of which none comes from the other, they are the two that together solve the most of the queries that both were
 * executed on; of equals, those with the highest scores, then the newest. No two are merged twice.
 */
export function planMerge({ configuration, rounds }: RunState, round: number): Merge | undefined {
  const { mergeEvery = 0 } = configuration.search;
  if (mergeEvery === 0 || round % mergeEvery !== 0) return undefined;
  const merged = new Set(
    rounds.flatMap(({ parentRound, mergedRound }) => (mergedRound === undefined ? [] : [keyOf(parentRound, mergedRound)])),
  );
  const ancestors = ancestorsOf(rounds);
  const executed = earlierRounds(rounds);
  const pairs = executed.flatMap((one, place) =>
    executed.slice(0, place).flatMap((other) => {
      const isRelated = ancestors.get(one.round)?.has(other.round) === true;
      return isRelated || merged.has(keyOf(one.round, other.round)) ? [] : pairOf(one, other);
    }),
  );
  const [best] = pairs.sort((one, other) => other.together - one.together || other.sum - one.sum || other.newest - one.newest);
  if (best === undefined) return undefined;
  const { first, second } = best;
  const candidates = [first, second].map((each) => ({ round: each.round, score: each.evaluation.score, probability: 1 }));
  return { parentRound: first.round, mergedRound: second.round, candidates };
}

interface Pair {
  readonly first: EarlierRound;
  readonly second: EarlierRound;
  /** Mean over the common queries of the better one's score. */
  readonly together: number;
  readonly sum: number;
  readonly newest: number;
}

/** @param one the newer one */
function pairOf(one: EarlierRound, other: EarlierRound): Pair[] {
  const { common, onlyFirst, onlySecond, together } = complement(one, other);
  if (common.length < fewestCommonQueries || onlyFirst.length === 0 || onlySecond.length === 0) return [];
  const [a, b] = [one.evaluation.score, other.evaluation.score];
  const [first, second] = a >= b ? [one, other] : [other, one];
  return [{ first, second, together, sum: a + b, newest: one.round }];
}

type Executed = Pick<EarlierRound, 'queries' | 'scores'>;

export interface Complement {
  /** Queries that both were executed on. */
  readonly common: readonly number[];
  /** Those of them that the first solves, at least half more than the second does. */
  readonly onlyFirst: readonly number[];
  readonly onlySecond: readonly number[];
  /** Mean over the common queries of the better one's score. */
  readonly together: number;
}

/** What each of two workflows solves that the other does not. */
export function complement(first: Executed, second: Executed): Complement {
  const scores = new Map(second.queries.map((query, place) => [query, second.scores[place] as number]));
  const both = first.queries.flatMap((query, place) => {
    const other = scores.get(query);
    return other === undefined ? [] : [{ query, one: first.scores[place] as number, other }];
  });
  const total = both.reduce((sum, { one, other }) => sum + Math.max(one, other), 0);
  return {
    common: both.map(({ query }) => query),
    onlyFirst: both.filter(({ one, other }) => one - other >= 0.5).map(({ query }) => query),
    onlySecond: both.filter(({ one, other }) => other - one >= 0.5).map(({ query }) => query),
    together: both.length === 0 ? 0 : total / both.length,
  };
}

function keyOf(one: number, other: number): string {
  return [Math.min(one, other), Math.max(one, other)].join('/');
}

/** Of each round, all rounds that its workflow was made from. */
function ancestorsOf(rounds: RunState['rounds']): ReadonlyMap<number, ReadonlySet<number>> {
  const all = new Map<number, ReadonlySet<number>>();
  for (const { round, parentRound, mergedRound } of rounds) {
    const parents = [parentRound, mergedRound].filter((parent) => parent !== undefined && parent > 0) as number[];
    all.set(round, new Set(parents.flatMap((parent) => [parent, ...(all.get(parent) ?? [])])));
  }
  return all;
}

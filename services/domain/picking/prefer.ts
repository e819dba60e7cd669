import type { EarlierRound } from '../run/earlier-rounds.ts';
import { type Objective, worth } from '../run/objective.ts';

/** What a policy knows of a candidate when it compares it with others. */
export interface Standing {
  /** Its place in the task. */
  readonly candidate: number;
  /** In [0, 1], on the same queries for all, or estimated for all. */
  readonly score: number;
}

export interface Comparison {
  readonly objective: Objective | undefined;
  readonly candidates: readonly EarlierRound[];
  /** Of the validation set. */
  readonly queryCount: number;
  /** Those that the scores rest on. */
  readonly queries: number;
  /** `cheapest`: how far below what it must reach a workflow may be, in [0, 1], as long as it is looked at more closely. */
  readonly slack?: number;
  /** Whether those found later may cost more; see newestMayCost. Absent: no. */
  readonly newerIsBetter?: boolean;
}

/**
 * On this many queries (or all, where there are fewer), workflows with equal scores count as equally good, and the cheapest of
 * them is preferred; on fewer, equal scores say nothing, and the order stays what it was. One more than the floor of the sample:
 * cost decides only where the pick has looked further (docs/decisions/0033). On recorded searches and on simulated ones, fewer
 * cost score, and a test of significance instead, which tells almost nothing apart on so few queries, costs four to seven points
 * (docs/decisions/0025).
 */
export const fewestToEqual = 21;

/**
 * Of workflows with equal scores, the newest one may take so many times the tokens of the oldest, and those between in proportion
 * to their age: a search builds on its best, so what it finds later is better more often than a score of a few queries shows
 * (docs/decisions/0030, and 0031 for how many times).
 */
const newestMayCost = 2;

/** The best first, as the objective has it; otherwise in the order in which they are given. */
export function prefer(standings: readonly Standing[], comparison: Comparison): Standing[] {
  const { objective = { kind: 'highest-score' }, candidates, queries, queryCount } = comparison;
  const byScore = standings.toSorted((one, other) => other.score - one.score);
  const tokensOf = ({ candidate }: Standing): number => candidates[candidate]?.tokens ?? Number.POSITIVE_INFINITY;
  const byCost = (one: Standing, other: Standing): number => byNumber(tokensOf(one), tokensOf(other));
  const allowance = comparison.newerIsBetter === true ? newestMayCost ** (1 / Math.max(1, candidates.length - 1)) : 1;
  const forItsAge = (one: Standing): number => tokensOf(one) / allowance ** one.candidate;
  switch (objective.kind) {
    case 'highest-score':
      return byScore;
    case 'score': {
      if (queries < Math.min(fewestToEqual, queryCount)) return byScore;
      const best = byScore[0]?.score ?? 0;
      // Less than half a query apart: F1 is hardly ever the same.
      const behind = ({ score }: Standing): number => Math.round((best - score) * queries);
      return byScore.sort((one, other) => behind(one) - behind(other) || byNumber(forItsAge(one), forItsAge(other)));
    }
    case 'score-minus-cost': {
      const worthOf = (one: Standing): number => worth(objective, one.score, candidates[one.candidate]?.tokens);
      return byScore.sort((one, other) => worthOf(other) - worthOf(one));
    }
    case 'cheapest': {
      const start = standings.find(({ candidate }) => candidates[candidate]?.round === 1)?.score;
      if (start === undefined) return byScore;
      const least = start + objective.gain / 100 - (comparison.slack ?? 0) - rounding;
      const enough = byScore.filter(({ score }) => score >= least).sort(byCost);
      return [...enough, ...byScore.filter(({ score }) => score < least)];
    }
  }
}

/** Unknown costs are infinite, and equal. */
function byNumber(one: number, other: number): number {
  return one === other ? 0 : one - other;
}

/** Of sums of scores. */
const rounding = 1e-9;

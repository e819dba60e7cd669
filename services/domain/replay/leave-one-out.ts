import { mean } from '../statistics/intervals.ts';
import type { Measures } from './measure.ts';
import type { PreparedSearch } from './prepared-search.ts';
import { type ReplayRow, rowOf } from './replay-report.ts';
import type { Strategy } from './strategy.ts';

/** What a strategy measured on each search, parallel to the searches. */
export type MeasuresBySearch = readonly (readonly Measures[])[];

export interface LeftOut {
  /** On each search, what the strategy measured that was chosen by the other ones. */
  readonly measuresBySearch: MeasuresBySearch;
  /** The place of that strategy, by search. */
  readonly chosen: readonly number[];
}

/**
 * What it is worth to choose among strategies by these searches: for each, the strategy with the lowest regret on all others is
 * tried on it. The best row of a table has been chosen by the very searches that it is measured on, and so is flattered; this is
 * not.
 * @param strategies at least one, each with a pick
 * @param shipped the place of what is used so far. Given, only those are chosen instead that are better on the others by more
 * than one standard error of the paired difference: the lowest of several regrets is the lowest by chance too
 * @throws RangeError with fewer than two searches: nothing is left to choose by
 */
export function leaveOneOut(
  searches: readonly Pick<PreparedSearch, 'source'>[],
  strategies: readonly MeasuresBySearch[],
  shipped?: number,
): LeftOut {
  if (searches.length < 2) throw new RangeError('leaving one search out takes two searches');
  const chosen = searches.map((_, out) => {
    const used = shipped === undefined ? undefined : othersOf(searches, strategies[shipped] ?? [], out);
    const regrets = strategies.map((measured, place) => {
      const others = othersOf(searches, measured, out);
      return used === undefined || place === shipped || isBeyondOneError(used, others) ? pooledRegret(others) : Number.NaN;
    });
    return regrets.reduce((best, regret, place) => (regret < (regrets[best] ?? 0) ? place : best), shipped ?? 0);
  });
  return { chosen, measuresBySearch: chosen.map((strategy, search) => strategies[strategy]?.[search] ?? []) };
}

/**
 * A table's rows for that choice, each named by what was chosen how often: by the lowest regret, and, where one of the strategies
 * is shipped, by what is better than it by more than one standard error. Strategies that execute everything are no choice.
 * @param seed of the intervals
 */
export function leftOutRows(
  searches: readonly PreparedSearch[],
  strategies: readonly (readonly [Strategy, MeasuresBySearch])[],
  seed: number,
): ReplayRow[] {
  const cheap = strategies.filter(([{ budget }]) => budget !== undefined && budget.share < 1);
  const [first] = cheap;
  if (first === undefined || searches.length < 2) return [];
  const shipped = cheap.findIndex(([{ isShipped }]) => isShipped === true);
  const rowFor = (rule: string, stayWith?: number): ReplayRow => {
    const { chosen, measuresBySearch } = leaveOneOut(
      searches,
      cheap.map(([, measured]) => measured),
      stayWith,
    );
    const counts = [...Map.groupBy(chosen, (place) => place)].sort(([, a], [, b]) => b.length - a.length);
    const told = counts.map(([place, those]) => `${cheap[place]?.[0].name} (${those.length})`).join(', ');
    const strategy = cheap[counts[0]?.[0] ?? 0]?.[0] ?? first[0];
    return rowOf({ ...strategy, name: `${rule}: ${told}` }, searches, measuresBySearch, seed);
  };
  const lowest = rowFor('chosen on the other searches');
  if (shipped < 0) return [lowest];
  return [lowest, rowFor('the default, unless another is better on the other searches by a standard error', shipped)];
}

/** Of a search that is not left out. */
interface Other {
  readonly place: number;
  readonly regret: number;
  /** Of the pooled mean: each source has the same. */
  readonly weight: number;
}

function othersOf(searches: readonly Pick<PreparedSearch, 'source'>[], measured: MeasuresBySearch, out: number): Other[] {
  const places = [...searches.keys()].filter((place) => place !== out && (measured[place] ?? []).length > 0);
  const bySource = Map.groupBy(places, (place) => searches[place]?.source);
  return places.map((place) => ({
    place,
    regret: mean((measured[place] ?? []).map(({ regret = 0 }) => regret)),
    weight: 1 / bySource.size / (bySource.get(searches[place]?.source)?.length ?? 1),
  }));
}

function pooledRegret(others: readonly Other[]): number {
  return others.reduce((sum, { regret, weight }) => sum + weight * regret, 0);
}

/** Whether the second has a lower regret by more than a standard error of the difference, over the searches that both have. */
function isBeyondOneError(used: readonly Other[], others: readonly Other[]): boolean {
  const regrets = new Map(others.map(({ place, regret }) => [place, regret]));
  const gains = used.flatMap(({ place, regret, weight }) => {
    const other = regrets.get(place);
    return other === undefined ? [] : { gain: regret - other, weight };
  });
  if (gains.length < 2) return false;
  const pooled = gains.reduce((sum, { gain, weight }) => sum + weight * gain, 0);
  const squares = gains.reduce((sum, { gain, weight }) => sum + (weight * (gain - pooled)) ** 2, 0);
  return pooled > Math.sqrt((squares * gains.length) / (gains.length - 1));
}

import { mean } from '../statistics/intervals.ts';
import type { Measures } from './measure.ts';
import type { PreparedSearch } from './prepared-search.ts';
import { type ReplayRow, rowOf } from './replay-report.ts';
import type { Strategy } from './strategy.ts';

/** What a strategy measured on each search, parallel to the searches. */
export type MeasuresBySearch = readonly (readonly Measures[])[];

export interface LeftOut {
  /** On each search, what the strategy measured that had the lowest regret on the other ones. */
  readonly measuresBySearch: MeasuresBySearch;
  /** The place of that strategy, by search. */
  readonly chosen: readonly number[];
}

/**
 * What it is worth to choose among strategies by these searches: for each, the strategy with the lowest regret on all others is
 * tried on it. The best row of a table has been chosen by the very searches that it is measured on, and so is flattered; this is
 * not.
 * @param strategies at least one, each with a pick
 * @throws RangeError with fewer than two searches: nothing is left to choose by
 */
export function leaveOneOut(
  searches: readonly Pick<PreparedSearch, 'source'>[],
  strategies: readonly MeasuresBySearch[],
): LeftOut {
  if (searches.length < 2) throw new RangeError('leaving one search out takes two searches');
  const chosen = searches.map((_, out) => {
    const regrets = strategies.map((measured) => pooledRegret(searches, measured, out));
    return regrets.indexOf(Math.min(...regrets));
  });
  return { chosen, measuresBySearch: chosen.map((strategy, search) => strategies[strategy]?.[search] ?? []) };
}

/**
 * A table's row for that choice, named by what was chosen how often. Strategies that execute everything are no choice.
 * @param seed of the intervals
 */
export function leftOutRow(
  searches: readonly PreparedSearch[],
  strategies: readonly (readonly [Strategy, MeasuresBySearch])[],
  seed: number,
): ReplayRow | undefined {
  const cheap = strategies.filter(([{ budget }]) => budget !== undefined && budget.share < 1);
  const [first] = cheap;
  if (first === undefined || searches.length < 2) return undefined;
  const { chosen, measuresBySearch } = leaveOneOut(
    searches,
    cheap.map(([, measured]) => measured),
  );
  const counts = [...Map.groupBy(chosen, (place) => place)].sort(([, a], [, b]) => b.length - a.length);
  const told = counts.map(([place, those]) => `${cheap[place]?.[0].name} (${those.length})`).join(', ');
  const strategy = cheap[counts[0]?.[0] ?? 0]?.[0] ?? first[0];
  return rowOf({ ...strategy, name: `chosen on the other searches: ${told}` }, searches, measuresBySearch, seed);
}

/** As tables pool it: each source with the same weight. */
function pooledRegret(searches: readonly Pick<PreparedSearch, 'source'>[], measured: MeasuresBySearch, out: number): number {
  const places = [...searches.keys()].filter((place) => place !== out && (measured[place] ?? []).length > 0);
  const bySource = Map.groupBy(places, (place) => searches[place]?.source);
  const regretOf = (place: number): number => mean((measured[place] ?? []).map(({ regret = 0 }) => regret));
  return mean([...bySource.values()].map((group) => mean(group.map(regretOf))));
}

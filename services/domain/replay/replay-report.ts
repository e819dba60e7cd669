import type { Measures } from './measure.ts';
import { measure } from './measure.ts';
import type { PreparedSearch } from './prepared-search.ts';
import type { ReplayPlan } from './replay-plan.ts';
import { replaySearch } from './replay-search.ts';
import type { Strategy } from './strategy.ts';
import { type PooledSummary, summarise } from './summarise.ts';

/** Strategies that are compared with each other, under one budget or with one sample. */
export interface ReplayTable {
  readonly kind: 'scores' | 'picks';
  readonly title: string;
  readonly strategies: readonly Strategy[];
}

export interface ReplayRow extends PooledSummary {
  readonly strategy: Strategy;
}

export interface ReplayReport {
  /** S_pred was simulated with the paper's quality, for searches whose record has none. */
  readonly simulatedPredictions: boolean;
  readonly seeds: number;
  readonly firstSeed: number;
  /** Scores are compared on the workflows after this many. */
  readonly after: number;
  readonly searches: readonly SearchFacts[];
  readonly tables: readonly (Omit<ReplayTable, 'strategies'> & { readonly rows: readonly ReplayRow[] })[];
}

export interface SearchFacts {
  readonly source: string;
  readonly name: string;
  readonly workflows: number;
  readonly working: number;
  readonly queries: number;
  /** Executions of each workflow on all queries: the fewest and the most. */
  readonly repeats: readonly [number, number];
  readonly bestTruth: number;
}

/** One search with one plan and several seeds. */
export function replaySeeds(search: PreparedSearch, plan: ReplayPlan, seeds: readonly number[], after: number): Measures[] {
  return seeds.map((seed) => measure(search, replaySearch(search, plan, seed), after));
}

export function factsOf({ source, name, queryCount, workflows, truths, working }: PreparedSearch): SearchFacts {
  const repeats = workflows.map((workflow) => workflow.repeats.length);
  return {
    source,
    name,
    workflows: workflows.length,
    working: working.filter(Boolean).length,
    queries: queryCount,
    repeats: [Math.min(...repeats), Math.max(...repeats)],
    bestTruth: Math.max(...truths),
  };
}

/** @param measuresBySearch one list per search, parallel to the searches */
export function rowOf(
  strategy: Strategy,
  searches: readonly PreparedSearch[],
  measuresBySearch: readonly (readonly Measures[])[],
  seed: number,
): ReplayRow {
  const measured = searches.map(({ source }, index) => ({ source, measures: measuresBySearch[index] ?? [] }));
  return { strategy, ...summarise(measured, seed) };
}

import { differencesOf, type PairedDifference, pairedOver, scoreOver } from '../comparison/scores-over-seeds.ts';
import { defined } from '../defined.ts';
import { type CrossedInterval, ratioInterval, type SeedsInterval, seedsInterval } from '../statistics/crossed-interval.ts';
import { mean } from '../statistics/intervals.ts';
import type { SearchSpending } from './search-spending.ts';

/** One search with one variant and one seed, and the score on the test split of what it found. */
export interface Trial {
  readonly benchmark: string;
  readonly variant: string;
  readonly seed: number;
  readonly spending: SearchSpending;
  /** One per test query, in their order. */
  readonly testScores: readonly number[];
}

/** A variant on a benchmark, over its seeds. */
export interface VariantResult {
  readonly benchmark: string;
  readonly variant: string;
  readonly seeds: number;
  readonly queries: number;
  readonly score: CrossedInterval;
  readonly tokens: SeedsInterval;
  readonly byPhase: ReadonlyMap<string, number>;
  readonly broken: SeedsInterval;
  /** Against the reference, on the seeds that both have; absent for the reference itself. */
  readonly against?: VariantDifference;
}

/** This variant's test score minus the reference's. */
export interface VariantDifference extends PairedDifference {
  /** This variant's tokens over the reference's. */
  readonly tokenRatio: SeedsInterval;
}

/** @param reference the variant that the others are compared with */
export function compareVariants(trials: readonly Trial[], reference: string): VariantResult[] {
  const groups = Map.groupBy(trials, ({ benchmark, variant }) => JSON.stringify([benchmark, variant]));
  return [...groups.values()].map((group) => {
    const { benchmark, variant } = group[0] as Trial;
    const others = variant === reference ? [] : trials.filter((trial) => trial.benchmark === benchmark);
    const against = differenceOf(
      group,
      others.filter((trial) => trial.variant === reference),
    );
    return { ...resultOf(group), ...defined({ against }) };
  });
}

function resultOf(trials: readonly Trial[]): VariantResult {
  const { benchmark, variant, testScores } = trials[0] as Trial;
  const phases = new Set(trials.flatMap(({ spending }) => [...spending.byPhase.keys()]));
  return {
    benchmark,
    variant,
    seeds: trials.length,
    queries: testScores.length,
    score: scoreOver(trials.map((trial) => trial.testScores)),
    tokens: seedsInterval(trials.map(({ spending }) => spending.tokens)),
    byPhase: new Map([...phases].map((phase) => [phase, mean(trials.map(({ spending }) => spending.byPhase.get(phase) ?? 0))])),
    broken: seedsInterval(trials.map(({ spending }) => spending.broken)),
  };
}

function differenceOf(trials: readonly Trial[], reference: readonly Trial[]): VariantDifference | undefined {
  const pairs = trials.flatMap((trial) => {
    const other = reference.find(({ seed }) => seed === trial.seed);
    return other === undefined ? [] : [{ trial, other }];
  });
  if (pairs.length === 0) return undefined;
  const differences = pairs.map(({ trial, other }) => differencesOf(trial.testScores, other.testScores));
  return {
    ...pairedOver(differences),
    tokenRatio: ratioInterval(pairs.map(({ trial, other }) => trial.spending.tokens / other.spending.tokens)),
  };
}

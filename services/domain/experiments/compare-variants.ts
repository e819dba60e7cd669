import { defined } from '../defined.ts';
import { randomStream } from '../random.ts';
import { mean } from '../statistics/intervals.ts';
import { signFlipTest } from '../statistics/sign-flip-test.ts';
import { type CrossedInterval, crossedInterval, ratioInterval, type SeedsInterval, seedsInterval } from './crossed-interval.ts';
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

export interface VariantDifference {
  /** This variant's test score minus the reference's. */
  readonly difference: CrossedInterval;
  /** Two-sided: the sign-flip test on the queries' differences, each the mean over seeds. It says nothing about other seeds. */
  readonly pValue: number;
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

/** A score with its interval over seeds and queries, clipped to the range of a score. @param values values[seed][query] */
export function scoreOver(values: readonly (readonly number[])[]): CrossedInterval {
  const { value, low, high } = crossedInterval(values, 0.5);
  return { value, low: Math.max(0, low), high: Math.min(1, high) };
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

/** A difference with its interval and test. @param differences differences[seed][query] */
export function pairedOver(differences: readonly (readonly number[])[]): Pick<VariantDifference, 'difference' | 'pValue'> {
  const byQuery = (differences[0] ?? []).map((_, query) => mean(differences.map((row) => row[query] as number)));
  const { value, low, high } = crossedInterval(differences, 1);
  return {
    difference: { value, low: Math.max(-1, low), high: Math.min(1, high) },
    pValue: signFlipTest(byQuery, randomStream(1, 'sign-flip')).pValue,
  };
}

export function differencesOf(scores: readonly number[], others: readonly number[]): number[] {
  if (scores.length !== others.length) throw new RangeError(`cannot pair ${scores.length} queries with ${others.length}`);
  return scores.map((score, query) => score - (others[query] as number));
}

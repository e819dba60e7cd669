import type { Random } from '../ports.ts';
import { randomChoice, randomInteger } from '../random.ts';
import type { DifficultyBin } from './difficulty-bins.ts';
import type { Stratum } from './stratum.ts';

export interface StratifiedDraw {
  /** In the order drawn, no query twice. */
  readonly queryIndexes: readonly number[];
  readonly strata: readonly Stratum[];
}

/** rho, and the fewest queries of a sample; absent: one. */
export interface SampleSettings {
  readonly fewShotRatio: number;
  readonly fewShotFloor?: number;
}

/**
 * |Dfew| = rho |Dval|, rounded, but no fewer than the floor unless there are fewer, and at least one query: rho = 0.01 of
 * HumanEval's 33 would be none.
 */
export function sampleSize({ fewShotRatio, fewShotFloor = 1 }: SampleSettings, queryCount: number): number {
  return Math.min(queryCount, Math.max(1, fewShotFloor, Math.round(fewShotRatio * queryCount)));
}

/**
 * Draws queries without replacement: a bin with p_k ~ exp(gamma n_k), then a query uniformly in it. Empty bins have p_k = 0
 * (the paper's formula alone gives them exp(0) = 1), and the rest is renormalised as bins run out.
 *
 * Danger: gamma multiplies counts, not shares, as in the paper. From gamma ~ 0.1 on with a hundred queries in a bin, nearly
 * everything comes from the largest bin, usually the easy queries; near 0 all bins weigh the same, however small.
 * @param counts n_k, if it is not that of these bins; above 0 for every bin that has queries
 */
export function stratifiedDraw(
  bins: readonly DifficultyBin[],
  size: number,
  gamma: number,
  random: Random,
  counts = countsOf(bins),
): StratifiedDraw {
  const left = bins.map((bin) => [...bin.queries]);
  const queryIndexes: number[] = [];
  while (queryIndexes.length < size && left.some((queries) => queries.length > 0)) {
    const live = counts.map((count, bin) => (left[bin]?.length ? count : 0));
    const bin = left[randomChoice(random, binProbabilities(live, gamma))] ?? [];
    queryIndexes.push(...bin.splice(randomInteger(random, bin.length), 1));
  }
  const probabilities = binProbabilities(counts, gamma);
  const strata = bins.map(({ low, high, queries }, bin) => ({
    low,
    high,
    queries: queries.length,
    probability: probabilities[bin] ?? 0,
    drawn: queries.length - (left[bin]?.length ?? 0),
  }));
  return { queryIndexes, strata };
}

/** n_k */
export function countsOf(bins: readonly DifficultyBin[]): number[] {
  return bins.map((bin) => bin.queries.length);
}

/** The softmax of gamma n_k over the bins that are not empty. Taken relative to the largest, so that no count overflows. */
export function binProbabilities(counts: readonly number[], gamma: number): number[] {
  const largest = Math.max(...counts);
  const weights = counts.map((count) => (count > 0 ? Math.exp(gamma * (count - largest)) : 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (total > 0 ? weight / total : 0));
}

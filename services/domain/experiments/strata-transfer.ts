import { randomStream } from '../random.ts';
import { type RecordedSearch, truthOf } from '../replay/recorded-search.ts';
import { type DifficultyBin, difficultyBins } from '../sampling/difficulty-bins.ts';
import { countsOf, sampleSize, stratifiedDraw } from '../sampling/stratified-draw.ts';
import { mean } from '../statistics/intervals.ts';

export interface StrataSettings {
  /** M: this many workflows at the start give the queries' difficulties. */
  readonly warmUpRounds: number;
  /** rho */
  readonly ratio: number;
  /** K */
  readonly bins: number;
  readonly gamma: number;
  readonly draws: number;
  readonly seed: number;
}

/** The share of each difficulty bin among a benchmark's queries, by its search's warm-up. */
export function strataShares(search: RecordedSearch, settings: StrataSettings): number[] {
  return countsOf(binsOf(search, settings)).map((count) => count / search.queryCount);
}

/**
 * Mean absolute error of S_few (Eq 7) over the workflows after the warm-up and over draws, if the bins of this benchmark are
 * drawn from by these shares instead of their own: what it costs to know the strata only from another benchmark.
 * @param shares one per bin; a bin that has none but holds queries here is drawn from when all others are empty
 */
export function fewShotError(search: RecordedSearch, shares: readonly number[], settings: StrataSettings): number {
  const { warmUpRounds, ratio, gamma, draws, seed } = settings;
  const bins = binsOf(search, settings);
  const counts = shares.map((share) => Math.max(share * search.queryCount, Number.MIN_VALUE));
  const live = counts.map((count, bin) => (bins[bin]?.queries.length ? count : 0));
  const size = sampleSize({ fewShotRatio: ratio }, search.queryCount);
  const judged = search.workflows.slice(warmUpRounds);
  const errors = Array.from({ length: draws }, (_, draw) => {
    const { queryIndexes } = stratifiedDraw(bins, size, gamma, randomStream(seed, 'strata', draw), live);
    return mean(
      judged.map((workflow) => Math.abs(mean(queryIndexes.map((query) => scoreOn(workflow, query))) - truthOf(workflow))),
    );
  });
  return mean(errors);
}

/** Whether a search has workflows to judge after its warm-up. */
export function canJudge({ workflows }: RecordedSearch, { warmUpRounds }: Pick<StrataSettings, 'warmUpRounds'>): boolean {
  return workflows.length > warmUpRounds;
}

function binsOf({ workflows, queryCount }: RecordedSearch, { warmUpRounds, bins }: StrataSettings): DifficultyBin[] {
  const known = workflows.slice(0, warmUpRounds);
  const means = Array.from({ length: queryCount }, (_, query) => mean(known.map((workflow) => scoreOn(workflow, query))));
  return difficultyBins(means, bins);
}

function scoreOn({ repeats }: RecordedSearch['workflows'][number], query: number): number {
  return mean(repeats.map((scores) => scores[query] as number));
}

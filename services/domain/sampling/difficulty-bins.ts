/** An interval of mean warm-up scores, [low, high), the last one [low, 1], and the queries in it. Low scores are hard. */
export interface DifficultyBin {
  readonly low: number;
  readonly high: number;
  readonly queries: readonly number[];
}

/**
 * Cuts [0, 1] into K equal intervals and assigns the queries to them by mean score (paper, section on sampling). With binary
 * scores and M warm-up rounds there are only M + 1 different means, so most of K = 10 bins stay empty.
 * @param meanScores in [0, 1], by query
 */
export function difficultyBins(meanScores: readonly number[], count: number): DifficultyBin[] {
  const bins = Array.from({ length: count }, (_, index) => ({
    low: index / count,
    high: (index + 1) / count,
    queries: [] as number[],
  }));
  for (const [query, score] of meanScores.entries()) bins[binOf(score, count)]?.queries.push(query);
  return bins;
}

/** If nothing is known about difficulty: one bin with every query. */
export function undividedBin(queryCount: number): DifficultyBin[] {
  return [{ low: 0, high: 1, queries: Array.from({ length: queryCount }, (_, query) => query) }];
}

/** Compares with the bounds as they are reported: score * count alone rounds 0.29 * 100 down to 28. */
function binOf(score: number, count: number): number {
  const near = Math.min(count - 1, Math.floor(score * count));
  if (score < near / count) return near - 1;
  return near < count - 1 && score >= (near + 1) / count ? near + 1 : near;
}

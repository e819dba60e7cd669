import type { Random } from '../ports.ts';
import { shuffled } from '../random.ts';
import type { DifficultyBin } from './difficulty-bins.ts';
import type { StratifiedDraw } from './stratified-draw.ts';

/**
 * Draws queries at equal distances along the bins, hard to easy, each bin in random order: every query is equally likely, and
 * each bin's share of the sample is within one query of its share of the population.
 */
export function systematicDraw(bins: readonly DifficultyBin[], size: number, random: Random): StratifiedDraw {
  const line = bins.flatMap(({ queries }, bin) => shuffled(random, queries).map((query) => ({ query, bin })));
  const distance = line.length / size;
  const start = random.next();
  const taken = Array.from({ length: size }, (_, index) => line[Math.floor((index + start) * distance)]).filter(
    (place) => place !== undefined,
  );
  const strata = bins.map(({ low, high, queries }, bin) => ({
    low,
    high,
    queries: queries.length,
    probability: queries.length / line.length,
    drawn: taken.filter((place) => place.bin === bin).length,
  }));
  return { queryIndexes: taken.map(({ query }) => query), strata };
}

import type { Near } from '../text-index.ts';

/** How many neighbours speak. */
export const neighbourCount = 15;

/** The mean of all queries speaks as one neighbour whose text is the same. */
const priorWeight = 1;

/** What the nearest queries have on average, by similarity, drawn towards the mean of all: a query like no other has that. */
export function nearMean(values: readonly number[], overall: number, near: readonly Near[]): number {
  let sum = priorWeight * overall;
  let weight = priorWeight;
  for (const { place, similarity } of near) {
    sum += similarity * (values[place] as number);
    weight += similarity;
  }
  return sum / weight;
}

import type { Query } from '../benchmark.ts';

/** More right answers than these, or fewer queries of each on average, are no classes. */
const [mostClasses, fewestOfEach] = [20, 5];

/**
 * The class of each query where the data has classes: its right answer, if a few answers are those of all queries, as with
 * labels, or yes and no. Numbered from 0 in the order in which they first come; undefined where there are none.
 */
export function answerClasses(queries: readonly Pick<Query, 'reference' | 'rightAnswers'>[]): number[] | undefined {
  const places = new Map<string, number>();
  for (const { reference } of queries) if (!places.has(reference)) places.set(reference, places.size);
  const isLabelled = queries.every(({ rightAnswers }) => rightAnswers === undefined);
  if (!isLabelled || places.size < 2 || places.size > Math.min(mostClasses, queries.length / fewestOfEach)) return undefined;
  return queries.map(({ reference }) => places.get(reference) as number);
}

import type { Benchmark, Query } from '../domain/benchmark.ts';
import { randomStream } from '../domain/random.ts';
import type { KnownQuery } from './known-query.ts';

/** What is known about a benchmark's queries beyond what a workflow may see, by query id. */
export interface Lessons {
  /** Difficulties in logits from recorded runs. */
  readonly difficulties?: ReadonlyMap<string, number>;
  /** Whole programs that solve them. */
  readonly solutions?: ReadonlyMap<string, string>;
}

/** A benchmark's queries as the model knows them. Those without a record get a difficulty from a hash of their id. */
export function knownQueries(benchmark: Benchmark, { difficulties, solutions }: Lessons = {}): KnownQuery[] {
  return benchmark.queries.map((query) => ({
    benchmark,
    query,
    difficulty: difficulties?.get(query.id) ?? hashedDifficulty(benchmark.name, query),
    solution: solutions?.get(query.id),
  }));
}

/** Share of queries that are hard, by benchmark: as in its recorded runs, or as its published scores suggest. */
const hardShares: Readonly<Record<string, number>> = { hotpotqa: 0.52, drop: 0.09, math: 0.2, mbpp: 0.12 };
const defaultHardShare = 0.06;

/** Mostly easy, with a hard tail, which is the shape of the recorded ones. */
function hashedDifficulty(benchmarkName: string, query: Query): number {
  const random = randomStream(0, 'difficulty', benchmarkName, query.id, JSON.stringify(query.fields));
  const isHard = random.next() < (hardShares[benchmarkName] ?? defaultHardShare);
  return isHard ? 0.2 + 2.8 * random.next() : -1.8 - 2.6 * random.next();
}

import type { Benchmark, Query } from '../domain/benchmark.ts';
import { randomStream } from '../domain/random.ts';
import type { KnownQuery } from './query-index.ts';

/** Difficulties in logits from recorded runs, by query id; ids are unique over benchmarks. */
export type RecordedDifficulties = ReadonlyMap<string, number>;

/**
 * What is known of a benchmark's queries. Those without a record get a difficulty from a hash of their id: mostly easy, with
 * a hard tail, which is the shape of the recorded ones.
 */
export function knownQueries(benchmark: Benchmark, recorded: RecordedDifficulties): KnownQuery[] {
  return benchmark.queries.map((query) => ({
    benchmark,
    query,
    difficulty: recorded.get(query.id) ?? hashedDifficulty(benchmark.name, query),
  }));
}

const hardShare = 0.06;

function hashedDifficulty(benchmarkName: string, query: Query): number {
  const random = randomStream(0, 'difficulty', benchmarkName, query.id, JSON.stringify(query.fields));
  return random.next() < hardShare ? 0.2 + 2.8 * random.next() : -1.8 - 2.6 * random.next();
}

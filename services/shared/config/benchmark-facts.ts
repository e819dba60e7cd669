import type { Benchmark } from '../../domain/benchmark.ts';
import { answerClasses } from '../../domain/sampling/answer-classes.ts';
import { hashBenchmark } from '../contracts/benchmark-codec.ts';

export interface BenchmarkFacts {
  /** SHA-256, hex. */
  readonly contentHash: string;
  /** The class of each query, where the data has classes. */
  readonly classes: readonly number[] | undefined;
}

const known = new WeakMap<Benchmark, BenchmarkFacts>();

/** What a configuration says of a benchmark: each query is looked at for it, once for all cells of a sweep that share it. */
export function benchmarkFacts(benchmark: Benchmark): BenchmarkFacts {
  const found = known.get(benchmark);
  if (found !== undefined) return found;
  const facts = { contentHash: hashBenchmark(benchmark), classes: answerClasses(benchmark.queries) };
  known.set(benchmark, facts);
  return facts;
}

import type { Benchmark } from '../domain/benchmark.ts';
import { BenchmarkError } from '../shared/benchmarks/benchmark-error.ts';
import { findBenchmark } from '../shared/benchmarks/find-benchmark.ts';
import { loadBenchmark } from '../shared/benchmarks/load-benchmark.ts';
import { benchmarkDefinitions } from '../shared/benchmarks/registry.ts';
import { loadCanonicalSolutions } from './canonical-solutions.ts';
import { knownQueries } from './difficulty.ts';
import type { KnownQuery } from './known-query.ts';
import { loadRecordedDifficulties } from './recorded-difficulties.ts';

export interface Learned {
  readonly known: readonly KnownQuery[];
  /** Queries whose difficulty comes from a record. */
  readonly recorded: number;
  /** Splits whose files are not there, e.g. "gsm8k test". */
  readonly missing: readonly string[];
}

/**
 * Everything there is to know about queries on this machine: the splits of all benchmarks, as far as their files are in the
 * data folder, their difficulties in recorded searches, and the official solutions of those that ask for programs.
 * @param files benchmark files of users, learned in addition to the built-in ones
 * @throws BenchmarkError if a file is there and broken
 */
export async function learnBenchmarks(
  dataFolder: string,
  recordedFolder: string,
  files: readonly string[] = [],
): Promise<Learned> {
  const own = await Promise.all(files.map(findBenchmark));
  const known: KnownQuery[] = [];
  const missing: string[] = [];
  let recorded = 0;
  for (const { name, file, splits } of [...benchmarkDefinitions.values(), ...own]) {
    for (const split of splits) {
      const benchmark = await loadIfThere({ name: file ?? name, split, folder: dataFolder });
      if (benchmark === undefined) {
        missing.push(`${name} ${split}`);
        continue;
      }
      const difficulties = await difficultiesOf(benchmark, recordedFolder);
      recorded += difficulties.size;
      const solutions = await loadCanonicalSolutions(dataFolder, benchmark);
      for (const query of knownQueries(benchmark, { difficulties, solutions })) known.push(query);
    }
  }
  return { known, recorded, missing };
}

async function difficultiesOf(benchmark: Benchmark, recordedFolder: string): Promise<ReadonlyMap<string, number>> {
  const byPlace = await loadRecordedDifficulties(recordedFolder, benchmark);
  return new Map(
    benchmark.queries.flatMap(({ id }, place) => {
      const difficulty = byPlace.get(place);
      return difficulty === undefined ? [] : [[id, difficulty] as const];
    }),
  );
}

async function loadIfThere(wanted: { name: string; split: string; folder: string }): Promise<Benchmark | undefined> {
  try {
    return await loadBenchmark(wanted);
  } catch (error) {
    if (error instanceof BenchmarkError && error.problem === 'missing-file') return undefined;
    throw error;
  }
}

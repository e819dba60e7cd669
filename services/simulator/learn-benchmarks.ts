import type { Benchmark } from '../domain/benchmark.ts';
import { BenchmarkError } from '../shared/benchmarks/benchmark-error.ts';
import { loadBenchmark } from '../shared/benchmarks/load-benchmark.ts';
import { benchmarkDefinitions } from '../shared/benchmarks/registry.ts';
import type { RecordedDifficulties } from './difficulty.ts';
import { loadRecordedDifficulties } from './recorded-difficulties.ts';

export interface Learned {
  readonly benchmarks: readonly Benchmark[];
  readonly recorded: RecordedDifficulties;
  /** Splits whose files are not there, e.g. "gsm8k test". */
  readonly missing: readonly string[];
}

/**
 * Everything that there is to know about queries on this machine: the splits of all benchmarks, as far as their files are in the
 * data folder, and their difficulties in recorded searches.
 * @throws BenchmarkError if a file is there and broken
 */
export async function learnBenchmarks(dataFolder: string, recordedFolder: string): Promise<Learned> {
  const benchmarks: Benchmark[] = [];
  const missing: string[] = [];
  const recorded = new Map<string, number>();
  for (const { name, splits } of benchmarkDefinitions) {
    for (const split of splits) {
      const benchmark = await loadIfThere({ name, split, folder: dataFolder });
      if (benchmark === undefined) missing.push(`${name} ${split}`);
      else benchmarks.push(benchmark);
      for (const [id, difficulty] of await loadRecordedDifficulties(recordedFolder, { name, split }))
        recorded.set(id, difficulty);
    }
  }
  return { benchmarks, recorded, missing };
}

async function loadIfThere(wanted: { name: string; split: string; folder: string }): Promise<Benchmark | undefined> {
  try {
    return await loadBenchmark(wanted);
  } catch (error) {
    if (error instanceof BenchmarkError && error.problem === 'missing-file') return undefined;
    throw error;
  }
}

import { BenchmarkError } from '../../shared/benchmarks/benchmark-error.ts';
import { loadBenchmark } from '../../shared/benchmarks/load-benchmark.ts';
import { benchmarkDefinitions } from '../../shared/benchmarks/registry.ts';
import type { Check } from './check.ts';

/** Every benchmark that is known, with what its data folder holds of it. A built-in one is enough to run something. */
export async function checkBenchmarks(folder: string): Promise<Check[]> {
  return Promise.all(
    benchmarkDefinitions.map(async ({ name, splits }): Promise<Check> => {
      const check = `benchmark ${name}`;
      try {
        const loaded = await Promise.all(splits.map((split) => loadBenchmark({ name, split, folder })));
        const counts = loaded.map(({ split, queries }) => `${queries.length} in ${split}`).join(', ');
        return { name: check, status: 'ok', found: `queries: ${counts}` };
      } catch (error) {
        if (!(error instanceof BenchmarkError)) throw error;
        return { name: check, status: 'warning', found: error.message, advice: `put its files in ${folder}, or set SCALE_DATA` };
      }
    }),
  );
}

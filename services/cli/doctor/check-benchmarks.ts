import { BenchmarkError } from '../../shared/benchmarks/benchmark-error.ts';
import { loadBenchmark } from '../../shared/benchmarks/load-benchmark.ts';
import { benchmarkDefinitions } from '../../shared/benchmarks/registry.ts';
import { releasedBenchmarks } from '../../shared/benchmarks/releases/registry.ts';
import type { RunFile } from '../../shared/config/run-file.ts';
import { benchmarkFiles } from '../releases/benchmark-files.ts';
import type { Check } from './check.ts';

/** Every known benchmark, with what the data folder holds of it. A built-in one is enough to run something. */
export async function checkBenchmarks(folder: string): Promise<Check[]> {
  return Promise.all(
    [...benchmarkDefinitions.values()].map(async ({ name, splits }) => {
      const check = { name: `benchmark ${name}` };
      try {
        const loaded = await Promise.all(splits.map((split) => loadBenchmark({ name, split, folder })));
        const queries = loaded.map(({ queries }, index) => `${queries.length} in ${splits[index]}`).join(', ');
        return { ...check, ...(await checkFiles(name, folder, `queries: ${queries}`)) };
      } catch (error) {
        if (!(error instanceof BenchmarkError)) throw error;
        return {
          ...check,
          status: 'warning' as const,
          found: error.message,
          advice: `\`scale data list\` shows what ${folder} has`,
        };
      }
    }),
  );
}

/** Of a run file that was read, and so its benchmark with it. */
export function checkBenchmarkOf({ benchmark: { name, split, queries } }: RunFile): Check {
  return { name: `benchmark ${name}`, status: 'ok', found: `queries: ${queries.length} in ${split}` };
}

/** A benchmark may load from other rows than AFlow's, and then its scores compare with no one else's. */
async function checkFiles(name: string, folder: string, found: string): Promise<Omit<Check, 'name'>> {
  if (!releasedBenchmarks.has(name)) return { status: 'ok', found };
  const [{ files } = { files: [] }] = await benchmarkFiles(folder, [name]);
  const other = files.filter(({ state }) => state === 'other').map(({ file }) => file);
  if (other.length > 0)
    return {
      status: 'warning',
      found: `${found}; not AFlow's: ${other.join(', ')}`,
      advice: '`scale data list` shows what differs',
    };
  const missing = files.filter(({ state }) => state === 'missing');
  const needed = missing.filter(({ optional }) => optional === undefined).map(({ file }) => file);
  if (needed.length > 0)
    return {
      status: 'warning',
      found: `${found}; missing: ${needed.join(', ')}`,
      advice: `\`scale data pull ${name}\` gets them`,
    };
  const lacking = missing.map(({ file, optional }) => `; no ${file}: ${optional}`);
  return { status: 'ok', found: `${found}${lacking.join('')}` };
}

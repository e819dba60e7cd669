import type { z } from 'zod';
import { BenchmarkError } from './benchmark-error.ts';
import { readSplitFile } from './read-split-file.ts';

/**
 * The public tests that AFlow gave some queries. Not everyone has that file, and a search can do without it.
 * @throws BenchmarkError if the file exists but is wrong
 */
export async function readPublicTests<T>(
  folder: string,
  file: string,
  row: z.ZodType<T>,
): Promise<{ readonly rows: readonly T[]; readonly warnings: readonly string[] }> {
  try {
    return { rows: await readSplitFile(folder, file, row), warnings: [] };
  } catch (error) {
    if (!(error instanceof BenchmarkError) || error.problem !== 'missing-file') throw error;
    const warning = `AFlow's ${file} is not there (\`scale data pull ${file.split('_')[0]}\` gets it): the queries have no public tests, so the operator test lets every program pass`;
    return { rows: [], warnings: [warning] };
  }
}

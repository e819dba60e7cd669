import { join } from 'node:path';
import type { z } from 'zod';
import { readJsonLines } from './read-json-lines.ts';

/**
 * The rows of a file of AFlow's data set.
 * @throws BenchmarkError that names the file and the line, and says how to get a missing file
 */
export async function readSplitFile<T>(folder: string, file: string, row: z.ZodType<T>): Promise<T[]> {
  const [benchmark] = file.split('_');
  const howToGetIt = `get it with \`scale data pull ${benchmark}\`, or set SCALE_DATA to the folder that has it`;
  return readJsonLines(join(folder, file), row, howToGetIt);
}

import { readFileBytes, readTextFile } from '../read-text-file.ts';
import { rowsOfLines, rowsOfList } from './rows-of-json.ts';
import { rowsOfParquet } from './rows-of-parquet.ts';
import { rowsOfTable } from './rows-of-table.ts';
import type { DataFormat, ReadRows } from './source-rows.ts';

type RowReader = (path: string, howToGetIt: string, wanted: readonly string[], format: DataFormat) => Promise<ReadRows>;

/** By the extension of the file's name, without .gz. */
const readers: Readonly<Record<string, RowReader>> = {
  csv: async (path, how, wanted, format) => rowsOfTable(await readTextFile(path, how), path, ',', wanted, format),
  tsv: async (path, how, wanted, format) => rowsOfTable(await readTextFile(path, how), path, '\t', wanted, format),
  jsonl: async (path, how) => rowsOfLines(await readTextFile(path, how), path),
  ndjson: async (path, how) => rowsOfLines(await readTextFile(path, how), path),
  json: async (path, how, _wanted, format) => rowsOfList(await readTextFile(path, how), path, format),
  parquet: async (path, how) => rowsOfParquet(await readFileBytes(path, how), path),
};

export const dataFileEndings: readonly string[] = Object.keys(readers);

export function isDataFile(path: string): boolean {
  return dataFileEndings.includes(endingOf(path));
}

/**
 * All rows of a data file, plain or gzipped: Parquet, JSON Lines, a JSON list of objects, or CSV with a line of column names.
 * @param path ends in one of dataFileEndings
 * @param wanted columns that the reader needs, by which the line of column names is known
 * @throws BenchmarkError that names the file and the line, if the file as a whole cannot be read
 */
export async function readRows(
  path: string,
  howToGetIt: string,
  wanted: readonly string[] = [],
  format: DataFormat = {},
): Promise<ReadRows> {
  const reader = readers[endingOf(path)];
  if (reader === undefined) throw new RangeError(`${path} ends in none of ${dataFileEndings.join(', ')}`);
  return reader(path, howToGetIt, wanted, format);
}

function endingOf(path: string): string {
  return /\.(\w+)(?:\.gz)?$/.exec(path)?.[1]?.toLowerCase() ?? '';
}

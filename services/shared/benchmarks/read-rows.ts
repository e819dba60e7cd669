import { BenchmarkError } from './benchmark-error.ts';
import { jsonAsWritten } from './json-as-written.ts';
import { CsvError, type CsvRecord, parseCsv } from './parse-csv.ts';
import { parsedLine } from './read-json-lines.ts';
import { readTextFile } from './read-text-file.ts';

/** A row of a data file, as written there. */
export interface SourceRow {
  /** For messages, e.g. "questions.csv, line 7". */
  readonly place: string;
  /** By column. A JSON number is the text that it was written as. */
  readonly cells: Readonly<Record<string, unknown>>;
}

type RowReader = (text: string, path: string) => SourceRow[];

/** By the extension of the file's name, without .gz. */
const readers: Readonly<Record<string, RowReader>> = {
  csv: (text, path) => rowsOfTable(text, path, ','),
  tsv: (text, path) => rowsOfTable(text, path, '\t'),
  jsonl: rowsOfLines,
  ndjson: rowsOfLines,
  json: rowsOfList,
};

export const dataFileEndings: readonly string[] = Object.keys(readers);

export function isDataFile(path: string): boolean {
  return dataFileEndings.includes(endingOf(path));
}

/**
 * All rows of a data file, plain or gzipped: JSON Lines, a JSON list of objects, or CSV with a line of column names.
 * @param path ends in one of dataFileEndings
 * @throws BenchmarkError that names the file and the line
 */
export async function readRows(path: string, howToGetIt: string): Promise<SourceRow[]> {
  const reader = readers[endingOf(path)];
  if (reader === undefined) throw new RangeError(`${path} ends in none of ${dataFileEndings.join(', ')}`);
  return reader(await readTextFile(path, howToGetIt), path);
}

function endingOf(path: string): string {
  return /\.(\w+)(?:\.gz)?$/.exec(path)?.[1]?.toLowerCase() ?? '';
}

function rowsOfLines(text: string, path: string): SourceRow[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    return [checkedRow(parsedLine(line, path, index + 1, jsonAsWritten), `${path}, line ${index + 1}`)];
  });
}

function rowsOfList(text: string, path: string): SourceRow[] {
  let list: unknown;
  try {
    list = jsonAsWritten(text);
  } catch (cause) {
    throw new BenchmarkError('bad-json', `${path} is not valid JSON (${(cause as Error).message})`, { cause });
  }
  if (!Array.isArray(list)) throw new BenchmarkError('bad-json', `${path} must hold a list of objects, but does not`);
  return list.map((row, index) => checkedRow(row, `${path}, row ${index + 1}`));
}

function checkedRow(row: unknown, place: string): SourceRow {
  if (typeof row === 'object' && row !== null && !Array.isArray(row)) return { place, cells: { ...row } };
  throw new BenchmarkError('bad-field', `${place}: a row must be an object with a field for each column`);
}

function rowsOfTable(text: string, path: string, separator: string): SourceRow[] {
  const [head, ...records] = csvRecords(text, path, separator);
  if (head === undefined) return [];
  const columns = head.cells.map((column) => column.trim());
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) throw new BenchmarkError('bad-csv', `${path}, line ${head.line}: two columns are called "${twice}"`);
  return records.map(({ line, cells }) => {
    const place = `${path}, line ${line}`;
    if (cells.length === columns.length) {
      return { place, cells: Object.fromEntries(columns.map((column, index) => [column, cells[index]])) };
    }
    throw new BenchmarkError('bad-csv', `${place}: ${cells.length} cells for ${columns.length} columns`);
  });
}

function csvRecords(text: string, path: string, separator: string): CsvRecord[] {
  try {
    return parseCsv(text, separator);
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new BenchmarkError('bad-csv', `${path}, line ${cause.line}: ${cause.message}`, { cause });
  }
}

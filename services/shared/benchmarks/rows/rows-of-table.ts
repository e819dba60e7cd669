import { BenchmarkError } from '../benchmark-error.ts';
import { findTable } from './find-table.ts';
import { CsvError, type CsvRecord, parseCsv } from './parse-csv.ts';
import type { RowFault } from './row-faults.ts';
import type { DataFormat, ReadRows, SourceRow } from './source-rows.ts';

/**
 * The rows of CSV and its kin. Columns without a name are left out, and so are rows without a filled cell, as spreadsheets leave
 * them behind.
 * @param wanted the columns that must be there, as far as they are known
 * @param usual the separator that the file's name speaks for
 * @throws BenchmarkError `bad-csv`
 */
export function rowsOfTable(text: string, path: string, usual: string, wanted: readonly string[], format: DataFormat): ReadRows {
  const { separator, linesAbove, offset } = findTable(text, wanted, usual, format);
  const [head, ...records] = csvRecords(text.slice(offset), path, separator, linesAbove);
  if (head === undefined) return { rows: [], faults: [], columns: [] };
  const columns = head.cells.map((column) => column.trim());
  const named = columns.filter((column) => column !== '');
  const twice = named.find((column, index) => named.indexOf(column) !== index);
  if (twice !== undefined) throw new BenchmarkError('bad-csv', `${path}, line ${head.line}: two columns are called "${twice}"`);
  const needed = columns.findLastIndex((column) => column !== '') + 1;
  const rows: SourceRow[] = [];
  const faults: RowFault[] = [];
  for (const { line, cells } of records) {
    if (cells.every((cell) => cell.trim() === '')) continue;
    const at = { unit: 'line', number: line } as const;
    if (cells.length < needed || cells.slice(columns.length).some((cell) => cell.trim() !== '')) {
      const advice = cells.length > columns.length ? '; a cell that holds the separator is written in double quotes' : '';
      const message = `${cells.length} cells for ${columns.length} columns${advice}`;
      faults.push({ file: path, at, problem: 'bad-csv', kind: 'ragged', message });
      continue;
    }
    const entries = columns.flatMap((column, index) => (column === '' ? [] : [[column, cells[index]] as const]));
    rows.push({ file: path, at, cells: Object.fromEntries(entries) });
  }
  return { rows, faults, columns: named, separator };
}

function csvRecords(text: string, path: string, separator: string, linesAbove: number): CsvRecord[] {
  try {
    return parseCsv(text, separator).map(({ line, cells }) => ({ line: line + linesAbove, cells }));
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new BenchmarkError('bad-csv', `${path}, line ${cause.line + linesAbove}: ${cause.message}`, { cause });
  }
}

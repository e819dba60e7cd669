import { isGroup } from '../../settings/sorted-text.ts';
import { BenchmarkError } from '../benchmark-error.ts';
import { jsonAsWritten } from './json-as-written.ts';
import type { RowFault } from './row-faults.ts';
import type { DataFormat, ReadRows, SourceRow } from './source-rows.ts';

/** JSON Lines: each line an object. Some files that are called so hold one JSON list. */
export function rowsOfLines(text: string, path: string): ReadRows {
  if (isListOfObjects(text)) return rowsOfList(text, path, {});
  const rows: SourceRow[] = [];
  const faults: RowFault[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const at = { unit: 'line', number: index + 1 } as const;
    try {
      const row = jsonAsWritten(line);
      if (isGroup(row)) rows.push({ file: path, at, cells: row });
      else faults.push({ file: path, at, problem: 'bad-field', kind: 'no object', message: noObject });
    } catch (cause) {
      const message = `not valid JSON (${(cause as Error).message})${adviceOn(line, cause as Error)}`;
      faults.push({ file: path, at, problem: 'bad-json', kind: 'bad JSON', message });
    }
  }
  return { rows, faults, columns: columnsOf(rows) };
}

/**
 * A JSON list of objects, or an object that holds one, under any name or where `format.rows` says: `data`, or
 * `data.paragraphs.qas` for lists within lists, whose rows have the other fields of what holds them too.
 * @throws BenchmarkError `bad-json`
 */
export function rowsOfList(text: string, path: string, format: DataFormat): ReadRows {
  let content: unknown;
  try {
    content = jsonAsWritten(text);
  } catch (cause) {
    const lines = format.rows === undefined && isLines(text) ? rowsOfLines(text, path) : undefined;
    if (lines !== undefined) return lines;
    const advice = adviceOn(text, cause as Error);
    throw new BenchmarkError('bad-json', `${path} is not valid JSON (${(cause as Error).message})${advice}`, { cause });
  }
  const rows: SourceRow[] = [];
  const faults: RowFault[] = [];
  for (const [index, row] of listIn(content, path, format).entries()) {
    const at = { unit: 'row', number: index + 1 } as const;
    if (isGroup(row)) rows.push({ file: path, at, cells: row });
    else faults.push({ file: path, at, problem: 'bad-field', kind: 'no object', message: noObject });
  }
  return { rows, faults, columns: columnsOf(rows) };
}

/** What Python and jq write unless told otherwise. */
function adviceOn(text: string, { message }: Error): string {
  if (/[[:,]\s*-?(NaN|Infinity)\b/.test(text)) return '; NaN and Infinity, as Python writes them, are no JSON: write null';
  if (/after JSON/.test(message)) return '; several documents in one file are read if each has a line of its own (`jq -c .`)';
  return '';
}

const noObject = 'a row must be an object with a field for each column';

function isListOfObjects(text: string): boolean {
  if (!/^\s*\[\s*\{/.test(text)) return false;
  try {
    return isListOfRows(jsonAsWritten(text));
  } catch {
    return false;
  }
}

/** Many files called .json hold JSON Lines: their first line is an object already, and others follow. */
function isLines(text: string): boolean {
  const [first = '', ...others] = text.split('\n').filter((line) => line.trim() !== '');
  try {
    return others.length > 0 && isGroup(jsonAsWritten(first));
  } catch {
    return false;
  }
}

function listIn(content: unknown, path: string, { rows: at }: DataFormat): readonly unknown[] {
  if (at !== undefined) return rowsAt(content, at.split('.'), `${path}: format.rows is "${at}"`);
  if (Array.isArray(content)) return content;
  const lists = isGroup(content) ? Object.entries(content).filter(([, value]) => isListOfRows(value)) : [];
  const [only, ...others] = lists;
  if (only !== undefined && others.length === 0) return only[1] as readonly unknown[];
  const columns = isGroup(content) ? rowsOfColumns(content) : undefined;
  if (columns !== undefined) return columns;
  const which =
    lists.length > 1
      ? `; it has several: name one with \`format: { rows: … }\`, of ${lists.map(([name]) => name).join(', ')}`
      : '';
  throw new BenchmarkError(
    'bad-json',
    `${path} must hold a list of objects, or an object that holds one such list, but does not${which}`,
  );
}

/** A table written column by column: each a list, or by the rows' names as pandas writes it, all of the same length. */
function rowsOfColumns(content: Readonly<Record<string, unknown>>): readonly unknown[] | undefined {
  const columns = Object.entries(content);
  const keysOf = (column: unknown): readonly string[] => (isGroup(column) || Array.isArray(column) ? Object.keys(column) : []);
  const keys = keysOf(columns[0]?.[1]);
  const isColumn = (column: unknown): boolean => keysOf(column).join('\n') === keys.join('\n') && !isListOfRows(column);
  if (columns.length < 2 || keys.length === 0 || !columns.every(([, column]) => isColumn(column))) return undefined;
  return keys.map((key) =>
    Object.fromEntries(columns.map(([name, column]) => [name, (column as Readonly<Record<string, unknown>>)[key]])),
  );
}

function isListOfRows(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isGroup);
}

function rowsAt(content: unknown, [key, ...rest]: readonly string[], what: string): readonly unknown[] {
  if (key === undefined) return Array.isArray(content) ? content : [content];
  if (Array.isArray(content)) return content.flatMap((each) => rowsAt(each, [key, ...rest], what));
  if (!isGroup(content) || !Object.hasOwn(content, key)) {
    const known = isGroup(content) ? `; there is ${Object.keys(content).join(', ')}` : '';
    throw new BenchmarkError('bad-json', `${what}, but there is no "${key}"${known}`);
  }
  const { [key]: inner, ...beside } = content;
  return rowsAt(inner, rest, what).map((row) => (isGroup(row) ? { ...beside, ...row } : row));
}

function columnsOf(rows: readonly SourceRow[]): readonly string[] {
  return [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))];
}

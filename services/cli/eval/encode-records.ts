import { type BasicType, parquetWriteBuffer } from 'hyparquet-writer';
import type { RecordColumn } from './record-columns.ts';

type Columns<Of> = readonly RecordColumn<Of>[];

/**
 * RFC 4180 with LF: a header, then one row per record; an empty field is an absent value.
 * @param forSpreadsheets texts that a spreadsheet would take for a formula get an apostrophe before them
 */
export function encodeCsv<Of>(columns: Columns<Of>, records: readonly Of[], forSpreadsheets = false): string {
  const header = columns.map(({ name }) => csvField(name));
  const fieldOf = (value: string | number | boolean | null): string =>
    csvField(forSpreadsheets && typeof value === 'string' ? asText(value) : value);
  const rows = records.map((record) => columns.map((column) => fieldOf(column.value(record))));
  return [header, ...rows].map((row) => `${row.join(',')}\n`).join('');
}

/** With full-width forms, and after what a spreadsheet may strip. */
const formula = /^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]|^[\t\r\n]/u;

/**
 * … and after what ends a cell or a line where the separator is not a comma: quotation marks amid a cell protect nothing there.
 * A list's dashes begin no formula.
 */
const beginning = /[;\t|\r\n](?:["\s]|\p{Cc}|\p{Cf})*/gu;
const laterFormula = /^(?:[=+@＝＋＠]|[-－](?!\s))/u;

/** Numbers stay as they are: "-3" is no formula. */
function asText(value: string): string {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) return value;
  const begin = formula.exec(value)?.[0] ?? '';
  const rest = value.slice(begin.length);
  const guarded = rest.replace(beginning, (blank, at: number) =>
    laterFormula.test(rest.slice(at + blank.length, at + blank.length + 2)) ? `${blank}'` : blank,
  );
  return `${begin === '' ? '' : "'"}${begin}${guarded}`;
}

function csvField(value: string | number | boolean | null): string {
  if (value === null) return '';
  const plain = String(value);
  // An empty text is quoted, so that readers that care can distinguish it from an absent one.
  if (plain !== '' && !/[",\r\n]|^\s|\s$/.test(plain)) return plain;
  return `"${plain.replaceAll('"', '""')}"`;
}

/** One object per line, absent values as null. */
export function encodeJsonLines<Of>(columns: Columns<Of>, records: readonly Of[]): string {
  const objects = records.map((record) => Object.fromEntries(columns.map((column) => [column.name, column.value(record)])));
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('');
}

const parquetTypes = { text: 'STRING', whole: 'INT32', decimal: 'DOUBLE', truth: 'BOOLEAN' } as const satisfies Record<
  RecordColumn['type'],
  BasicType
>;

export function encodeParquet<Of>(columns: Columns<Of>, records: readonly Of[]): Uint8Array {
  const columnData = columns.map((column) => ({
    name: column.name,
    type: parquetTypes[column.type],
    nullable: column.nullable,
    data: records.map((record) => column.value(record)),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy: 'scale' }));
}

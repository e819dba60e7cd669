import { encodeCsv, encodeJsonLines, encodeParquet } from '../eval/encode-records.ts';
import type { RecordColumn } from '../eval/record-columns.ts';

/** `spreadsheet` is CSV in which no text is a formula. */
export const tableFormats = ['jsonl', 'csv', 'parquet', 'spreadsheet'] as const;
export type TableFormat = (typeof tableFormats)[number];

export function encodeTable<Of>(
  format: TableFormat,
  columns: readonly RecordColumn<Of>[],
  rows: readonly Of[],
): string | Uint8Array {
  if (format === 'parquet') return encodeParquet(columns, rows);
  if (format === 'jsonl') return encodeJsonLines(columns, rows);
  return encodeCsv(columns, rows, format === 'spreadsheet');
}

import { encodeCsv, encodeJsonLines, encodeParquet } from '../eval/encode-records.ts';
import type { RecordColumn } from '../eval/record-columns.ts';

export const tableFormats = ['jsonl', 'csv', 'parquet'] as const;
export type TableFormat = (typeof tableFormats)[number];

export function encodeTable<Of>(
  format: TableFormat,
  columns: readonly RecordColumn<Of>[],
  rows: readonly Of[],
): string | Uint8Array {
  if (format === 'parquet') return encodeParquet(columns, rows);
  return format === 'csv' ? encodeCsv(columns, rows) : encodeJsonLines(columns, rows);
}

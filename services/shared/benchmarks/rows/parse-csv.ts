import { type InfoField, type InfoRecord, CsvError as LibraryError, parse } from 'csv-parse/sync';
import { ScaleError } from '../../../domain/errors/scale-error.ts';

/** A text that breaks a rule of RFC 4180. */
export class CsvError extends ScaleError {
  readonly kind = 'bad-input';
  /** From 1. */
  readonly line: number;

  constructor(line: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.line = line;
  }
}

export interface CsvRecord {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

const emptyLines = /(?:\r?\n)*/y;
const quotedCell = /"[^"]*(?:""[^"]*)*"/y;

/**
 * The records of a CSV text by RFC 4180: cells in quotes may hold the separator, line ends and doubled quotes; lines end with LF
 * or CRLF. A completely empty line is not a record. Quotes in a cell that does not begin with one are text.
 * @param separator one ASCII character
 * @param most only the first so many records
 * @throws CsvError
 */
export function parseCsv(text: string, separator = ',', most?: number): CsvRecord[] {
  // One character per byte, as csv-parse reports positions. It reports lines too, but counts a CRLF in quotes as two (7.0.3).
  const written = Buffer.from(text).toString('latin1');
  const records: CsvRecord[] = [];
  /** Where the next cell begins, and the line on which its record begins. */
  let [start, line, recordLine] = [0, 1, 1];
  const goTo = (place: number): void => {
    line += lineEnds(written.slice(start, place));
    start = place;
  };
  const skipEmptyLines = (): void => goTo(start + matchAt(emptyLines, written, start).length);
  const cellOf = (value: string, { index, quoting: isQuoted, bytes: end }: InfoField): string => {
    if (index === 0) {
      skipEmptyLines();
      recordLine = line;
    }
    const quoted = isQuoted ? matchAt(quotedCell, written, start) : '';
    // Unquoted cells may hold quotes only with relax_quotes, which lets this pass too.
    if (isQuoted && start + quoted.length < end) {
      throw new CsvError(
        line + lineEnds(quoted),
        'a cell continues after its closing quote; a quote within a cell is written twice, ""',
      );
    }
    goTo(end + separator.length);
    return value;
  };
  try {
    parse(text, {
      delimiter: separator,
      // By default csv-parse assumes the first line's end for all lines.
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      ...(most !== undefined && { to: most }),
      cast: cellOf,
      on_record: (cells: string[], { bytes: end }: InfoRecord) => {
        records.push({ line: recordLine, cells });
        goTo(end);
        return undefined;
      },
    });
  } catch (cause) {
    if (!(cause instanceof LibraryError) || cause.code !== 'CSV_QUOTE_NOT_CLOSED') throw cause;
    skipEmptyLines();
    throw new CsvError(line, 'a quote is opened here and never closed', { cause });
  }
  return records;
}

function matchAt(pattern: RegExp, text: string, start: number): string {
  pattern.lastIndex = start;
  return pattern.exec(text)?.[0] ?? '';
}

function lineEnds(text: string): number {
  return text.split('\n').length - 1;
}

/** A text that breaks a rule of RFC 4180. */
export class CsvError extends Error {
  override readonly name = 'CsvError';
  /** From 1. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

export interface CsvRecord {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * The records of a CSV text by RFC 4180: cells in quotes may hold the separator, line ends and doubled quotes; lines end with LF
 * or CRLF. A line that is wholly empty is no record.
 * @throws CsvError
 */
export function parseCsv(text: string, separator = ','): CsvRecord[] {
  const records: CsvRecord[] = [];
  let cells: string[] = [];
  let [at, line, start] = [0, 1, 1];
  while (at < text.length) {
    const cell = text[at] === '"' ? quotedCell(text, at, line) : plainCell(text, at, separator);
    cells.push(cell.value);
    line += cell.lines;
    at = cell.end;
    const isLast = at >= text.length || isLineEnd(text, at);
    if (!isLast && text[at] !== separator) throw new CsvError(line, 'a cell goes on after its closing quote');
    if (!isLast) {
      at += 1;
      // A separator at the very end leaves an empty cell behind it.
      if (at < text.length) continue;
      cells.push('');
    }
    if (cells.length > 1 || cells[0] !== '') records.push({ line: start, cells });
    cells = [];
    at += text[at] === '\r' ? 2 : 1;
    line += 1;
    start = line;
  }
  return records;
}

interface Cell {
  readonly value: string;
  /** The place after it. */
  readonly end: number;
  /** Line ends within it. */
  readonly lines: number;
}

function plainCell(text: string, from: number, separator: string): Cell {
  let end = from;
  while (end < text.length && text[end] !== separator && !isLineEnd(text, end)) end += 1;
  return { value: text.slice(from, end), end, lines: 0 };
}

function quotedCell(text: string, from: number, line: number): Cell {
  let close = text.indexOf('"', from + 1);
  while (close !== -1 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
  if (close === -1) throw new CsvError(line, 'a quote is opened here and never closed');
  const raw = text.slice(from + 1, close);
  return { value: raw.replaceAll('""', '"'), end: close + 1, lines: raw.split('\n').length - 1 };
}

function isLineEnd(text: string, at: number): boolean {
  return text[at] === '\n' || (text[at] === '\r' && text[at + 1] === '\n');
}

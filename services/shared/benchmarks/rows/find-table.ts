import { CsvError, type CsvRecord, parseCsv } from './parse-csv.ts';

/** How a table of texts is written; what is not said is found by looking. */
export interface TableFormat {
  /** One character. */
  readonly separator?: string | undefined;
  /** What lines above the line of column names begin with. */
  readonly comment?: string | undefined;
  /** How many lines are above it. */
  readonly skipLines?: number | undefined;
}

export interface TablePlace {
  readonly separator: string;
  /** How many lines are above the line of column names. */
  readonly linesAbove: number;
  /** Where that line begins, in characters. */
  readonly offset: number;
}

const usualSeparators = [',', ';', '\t', '|'] as const;
/** Nobody writes more above a table. */
const mostLinesAbove = 30;
const sampledRecords = 20;
const sampledCharacters = 100_000;

/**
 * Where a table begins, and what separates its cells. A line that holds all of the wanted names is the line of column names,
 * whatever stands above it. Where no names are known, or none fits, comments and titles are told by their form, and the separator
 * is the one that divides the first rows most evenly.
 * @param usual the separator to try first
 */
export function findTable(text: string, wanted: readonly string[], usual: string, format: TableFormat): TablePlace {
  const starts = lineStarts(text);
  const first = Math.min(format.skipLines ?? 0, starts.length - 1);
  const separators = format.separator === undefined ? separatorsFrom(usual) : [format.separator];
  const at = (linesAbove: number, separator: string): TablePlace => ({
    ...{ separator, linesAbove },
    offset: starts[linesAbove] ?? text.length,
  });
  if (wanted.length > 0) {
    const last = format.skipLines === undefined ? starts.length : first + 1;
    for (let line = first; line < last; line += 1) {
      const sample = sampleAt(text, starts[line] ?? 0);
      const separator = separators.find((each) => holdsAll(columnsIn(sample, each), wanted));
      if (separator !== undefined) return at(line, separator);
    }
  }
  const line = format.skipLines === undefined ? firstTableLine(text, starts, separators, format.comment) : first;
  const said = format.separator ?? separatorSaid(text);
  return at(line, said ?? mostEven(sampleAt(text, starts[line] ?? 0), separators));
}

/** The names in the first record; empty if it cannot be read so. */
function columnsIn(sample: string, separator: string): readonly string[] {
  return recordsOf(sample, separator, 1)[0]?.cells.map((cell) => cell.trim()) ?? [];
}

function holdsAll(columns: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((name) => columns.includes(name));
}

function separatorsFrom(usual: string): readonly string[] {
  return [usual, ...usualSeparators.filter((each) => each !== usual)];
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1 && starts.length <= mostLinesAbove; at = text.indexOf('\n', at + 1)) {
    if (at + 1 < text.length) starts.push(at + 1);
  }
  return starts;
}

function sampleAt(text: string, start: number): string {
  return text.slice(start, start + sampledCharacters);
}

/** The line `sep=;`, by which spreadsheets are told the separator. */
const separatorLine = /^"?sep=(.)"?\r?\n/i;

function separatorSaid(text: string): string | undefined {
  return separatorLine.exec(text)?.[1];
}

/** The first line that is neither empty, nor a comment, nor a title: a single cell above lines of several. */
function firstTableLine(
  text: string,
  starts: readonly number[],
  separators: readonly string[],
  comment: string | undefined,
): number {
  const lineAt = (index: number): string => text.slice(starts[index], starts[index + 1]).replace(/\r?\n$/, '');
  let line = separatorLine.test(text) ? 1 : 0;
  const last = starts.length - 1;
  const isAbove = (written: string): boolean =>
    written.trim() === '' || (comment === undefined ? isComment(written, separators) : written.startsWith(comment));
  while (line < last && isAbove(lineAt(line))) line += 1;
  // Spreadsheets fill up the lines of a title with empty cells.
  const isTitle = (index: number): boolean =>
    separators.some((separator) => {
      const title = withoutEmptyCells(lineAt(index), separator);
      return separators.every((each) => !title.includes(each)) && !title.startsWith('"');
    });
  let below = line;
  while (below < last && (isTitle(below) || isAbove(lineAt(below)))) below += 1;
  const isHead = (separator: string): boolean => {
    const [head, row] = recordsOf(sampleAt(text, starts[below] ?? 0), separator, 2);
    if (head === undefined || row === undefined) return false;
    return head.cells.filter((cell) => cell.trim() !== '').length > 1 && head.cells.length === row.cells.length;
  };
  return below > line && separators.some(isHead) ? below : line;
}

function withoutEmptyCells(line: string, separator: string): string {
  let end = line.length;
  while (end > 0 && (line[end - 1] === separator || line[end - 1] === ' ')) end -= 1;
  return line.slice(0, end);
}

/** A column may be called "#". */
function isComment(written: string, separators: readonly string[]): boolean {
  return written.startsWith('#') && !separators.includes(written.charAt(1));
}

function mostEven(sample: string, separators: readonly string[]): string {
  const judged = separators.map((separator) => {
    const records = recordsOf(sample, separator, sampledRecords);
    const columns = records[0]?.cells.length ?? 0;
    const even = records.filter(({ cells }) => cells.length === columns).length / Math.max(1, records.length);
    return { separator, columns, even: columns > 1 ? even : 0 };
  });
  const best = judged.reduce((one, other) =>
    other.even > one.even || (other.even === one.even && other.even > 0 && other.columns > one.columns) ? other : one,
  );
  return best.separator;
}

function recordsOf(sample: string, separator: string, most: number): readonly CsvRecord[] {
  try {
    return parseCsv(sample, separator, most);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return [];
  }
}

import { cellAt, cellTexts } from '../../shared/benchmarks/rows/cell-texts.ts';
import type { SourceRow } from '../../shared/benchmarks/rows/source-rows.ts';
import { isGroup } from '../../shared/settings/sorted-text.ts';

/** What a column of a data file holds, as far as that tells what it is for. */
export interface ColumnProfile {
  /** Or the path to it, as in `answers.text`. */
  readonly name: string;
  /** In the order of the rows; empty where the cell is. */
  readonly texts: readonly (readonly string[])[];
  /** Rows with a text. */
  readonly filled: number;
  /** Different texts, the most frequent first. */
  readonly values: readonly string[];
  /** Some rows have several. */
  readonly isList: boolean;
  /** All that are there are numbers. */
  readonly isNumeric: boolean;
  /** A text's, on average. */
  readonly words: number;
  readonly length: number;
}

const deepest = 3;
const rowsForPaths = 200;

/** The columns with texts, those within others too, in the file's order. */
export function profileColumns(rows: readonly SourceRow[], columns: readonly string[]): readonly ColumnProfile[] {
  const paths = columns.flatMap((column) =>
    pathsBelow(
      column,
      rows.slice(0, rowsForPaths).map(({ cells }) => cells[column]),
      deepest,
    ),
  );
  return paths.flatMap((name) => {
    const texts = rows.map(({ cells }) => cellTexts(cellAt(cells, name)));
    return texts.every((each) => each !== undefined) ? [profileOf(name, texts)] : [];
  });
}

function pathsBelow(path: string, values: readonly unknown[], depth: number): readonly string[] {
  const groups = values.flat().filter(isGroup);
  if (groups.length === 0 || depth === 0) return [path];
  const keys = new Set(groups.flatMap((group) => Object.keys(group)));
  return [...keys].flatMap((key) =>
    pathsBelow(
      `${path}.${key}`,
      groups.map((group) => group[key]),
      depth - 1,
    ),
  );
}

function profileOf(name: string, texts: readonly (readonly string[])[]): ColumnProfile {
  const cells = texts.map((each) => each.map((text) => text.trim()).filter((text) => text !== ''));
  const all = cells.flat();
  const counts = new Map<string, number>();
  for (const text of all) counts.set(text, (counts.get(text) ?? 0) + 1);
  const mean = (of: (text: string) => number): number => all.reduce((sum, text) => sum + of(text), 0) / Math.max(1, all.length);
  return {
    ...{ name, texts: cells },
    filled: cells.filter((each) => each.length > 0).length,
    values: [...counts].toSorted(([, one], [, other]) => other - one).map(([text]) => text),
    isList: cells.some((each) => each.length > 1),
    isNumeric: all.length > 0 && all.every(isNumber),
    words: mean((text) => text.split(/\s+/).length),
    length: mean((text) => text.length),
  };
}

/** In any usual notation: 1,234.5, 12,50, $5, 3 %. */
function isNumber(text: string): boolean {
  return /^[-+\u2212]?\s*[$€£]?\s*\d[\d.,' \u00a0]*(?:[eE][-+]?\d+)?\s*(?:%|[$€£])?$/.test(text);
}

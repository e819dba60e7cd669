import { randomStream, shuffled } from '../../domain/random.ts';
import type { SourceRow } from './read-rows.ts';

/** How a benchmark's rows are assigned to its splits. */
export type SplitRule =
  /** A file for each split. */
  | { readonly kind: 'files'; readonly files: Readonly<Record<string, string>> }
  /** One file, divided at random: shares by split, which add up to at most 1. */
  | { readonly kind: 'shares'; readonly file: string; readonly shares: Readonly<Record<string, number>>; readonly seed: number }
  /** One file with a column that says it: the column's value, by split. */
  | {
      readonly kind: 'column';
      readonly file: string;
      readonly column: string;
      readonly values: Readonly<Record<string, string>>;
    };

export interface NumberedRow extends SourceRow {
  /** The row's position in its file, from 1. */
  readonly number: number;
}

export function splitsOf(rule: SplitRule): readonly string[] {
  switch (rule.kind) {
    case 'files':
      return Object.keys(rule.files);
    case 'shares':
      return Object.keys(rule.shares);
    case 'column':
      return Object.keys(rule.values);
  }
}

export function fileOf(rule: SplitRule, split: string): string {
  return rule.kind === 'files' ? (rule.files[split] ?? '') : rule.file;
}

/** The rows of its file that belong to a split, in the file's order. */
export function rowsOfSplit(rule: SplitRule, split: string, rows: readonly SourceRow[]): NumberedRow[] {
  const numbered = rows.map((row, index) => ({ ...row, number: index + 1 }));
  switch (rule.kind) {
    case 'files':
      return numbered;
    case 'column':
      return numbered.filter(({ cells }) => String(cells[rule.column] ?? '') === rule.values[split]);
    case 'shares': {
      const drawn = new Set(drawnNumbers(rule, split, rows.length));
      return numbered.filter(({ number }) => drawn.has(number));
    }
  }
}

/** Every row goes to at most one split: the shares follow one another through one shuffled order. */
function drawnNumbers({ shares, seed }: SplitRule & { kind: 'shares' }, split: string, count: number): number[] {
  const order = shuffled(
    randomStream(seed, 'split'),
    Array.from({ length: count }, (_, index) => index + 1),
  );
  const names = Object.keys(shares);
  const shareBefore = names.slice(0, names.indexOf(split)).reduce((sum, name) => sum + (shares[name] ?? 0), 0);
  const cut = (share: number): number => Math.min(count, Math.round(share * count));
  return order.slice(cut(shareBefore), cut(shareBefore + (shares[split] ?? 0)));
}

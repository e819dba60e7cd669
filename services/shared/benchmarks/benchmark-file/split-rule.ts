import { randomStream, shuffled } from '../../../domain/random.ts';
import { drawnByUnits, type SplitUnit } from './draw-by-units.ts';

/** How a benchmark's rows are assigned to its splits. */
export type SplitRule =
  /** A file for each split. */
  | { readonly kind: 'files'; readonly files: Readonly<Record<string, string>> }
  /** One file, divided at random: shares by split, which add up to at most 1. */
  | {
      readonly kind: 'shares';
      readonly file: string;
      readonly shares: Readonly<Record<string, number>>;
      readonly seed: number;
      /** Column whose values each have their share in every split. */
      readonly stratify: string | undefined;
      /** Columns whose equal values keep rows together. */
      readonly group: readonly string[];
    }
  /** One file with a column that says it: the column's value, by split. */
  | {
      readonly kind: 'column';
      readonly file: string;
      readonly column: string;
      readonly values: Readonly<Record<string, string>>;
    };

/** A row, with what decides its split. */
export interface SplitRow {
  /** Position in its file, from 1. */
  readonly number: number;
  /** What it holds in a column, as one text. */
  valueOf(column: string): string;
  /** Equal for rows that must stay together for another reason than the rule's; undefined for none. */
  readonly twin?: string;
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

/** The columns that the rule needs. */
export function columnsOfRule(rule: SplitRule): readonly string[] {
  if (rule.kind === 'column') return [rule.column];
  if (rule.kind === 'files') return [];
  return [...(rule.stratify === undefined ? [] : [rule.stratify]), ...rule.group];
}

/** The split of each row, by its number; a row that is not there is in none. */
export function assignedSplits(rule: Exclude<SplitRule, { kind: 'files' }>, rows: readonly SplitRow[]): Map<number, string> {
  if (rule.kind === 'column') {
    const splits = new Map(Object.entries(rule.values).map(([split, value]) => [value, split]));
    return new Map(
      rows.flatMap((row) => {
        const split = splits.get(row.valueOf(rule.column));
        return split === undefined ? [] : [[row.number, split] as const];
      }),
    );
  }
  const isPlain = rule.stratify === undefined && rule.group.length === 0 && rows.every(({ twin }) => twin === undefined);
  if (isPlain) return drawnRows(rule, rows);
  return drawnByUnits(unitsOf(rule, rows), rule.shares, randomStream(rule.seed, 'split'));
}

/** Every row goes to at most one split: the shares follow one another through one shuffled order. */
function drawnRows({ shares, seed }: SplitRule & { kind: 'shares' }, rows: readonly SplitRow[]): Map<number, string> {
  const count = rows.length;
  const order = shuffled(
    randomStream(seed, 'split'),
    rows.map(({ number }) => number),
  );
  const cut = (share: number): number => Math.min(count, Math.round(share * count));
  let before = 0;
  const drawn = new Map<number, string>();
  for (const [split, share] of Object.entries(shares)) {
    for (const number of order.slice(cut(before), cut(before + share))) drawn.set(number, split);
    before += share;
  }
  return drawn;
}

/** Rows that stay together are one unit, also where one is like a second for one reason, and that like a third for another. */
function unitsOf({ stratify, group }: SplitRule & { kind: 'shares' }, rows: readonly SplitRow[]): SplitUnit[] {
  const parent = new Map<string, string>();
  const rootOf = (key: string): string => {
    let root = key;
    for (let above = parent.get(root); above !== undefined && above !== root; above = parent.get(root)) root = above;
    return root;
  };
  const keysOf = (row: SplitRow): string[] => [
    ...group.flatMap((column) => (row.valueOf(column) === '' ? [] : [JSON.stringify([column, row.valueOf(column)])])),
    ...(row.twin === undefined ? [] : [JSON.stringify(['', row.twin])]),
  ];
  for (const row of rows) {
    const [first, ...others] = keysOf(row);
    if (first !== undefined) for (const other of others) parent.set(rootOf(other), rootOf(first));
  }
  const units = Map.groupBy(rows, (row) => {
    const [key] = keysOf(row);
    return key === undefined ? `row ${row.number}` : rootOf(key);
  });
  return [...units.values()].map((members) => ({
    members: members.map((row) => ({ number: row.number, stratum: stratify === undefined ? '' : row.valueOf(stratify) })),
  }));
}

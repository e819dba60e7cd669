import type { Query } from '../../domain/benchmark.ts';
import { BenchmarkError } from './benchmark-error.ts';
import type { NumberedRow } from './split-rule.ts';

/** Which column of a data file is what. */
export interface FieldMap {
  /** Column by query field. */
  readonly fields: Readonly<Record<string, string>>;
  /** Column of the id; without one, the row's place is the id. */
  readonly id: string | undefined;
  /** Column of the reference; without one it is "". */
  readonly reference: string | undefined;
}

/** @throws BenchmarkError that names the file, the line and the column */
export function queryOfRow(row: NumberedRow, { fields, id, reference }: FieldMap, idPrefix: string): Query {
  return {
    id: id === undefined ? `${idPrefix}-${row.number}` : textIn(row, id, '\n'),
    fields: Object.fromEntries(Object.entries(fields).map(([field, column]) => [field, textIn(row, column, '\n')])),
    reference: reference === undefined ? '' : textIn(row, reference, '|'),
  };
}

/** Numbers and true or false are texts too, and so are lists of those, joined. */
function textIn({ place, cells }: NumberedRow, column: string, joint: string): string {
  const value = cells[column];
  const known = Object.keys(cells).join(', ');
  if (value === undefined || value === null) {
    throw new BenchmarkError('bad-field', `${place}: the column "${column}" is missing; there are ${known}`);
  }
  const text = Array.isArray(value) ? listText(value, joint) : plainText(value);
  if (text === undefined)
    throw new BenchmarkError('bad-field', `${place}: the column "${column}" holds no text, number or list of those`);
  if (text.trim() === '') throw new BenchmarkError('bad-field', `${place}: the column "${column}" is empty`);
  return text;
}

function listText(values: readonly unknown[], joint: string): string | undefined {
  const texts = values.map(plainText);
  return texts.every((text) => text !== undefined) ? texts.join(joint) : undefined;
}

function plainText(value: unknown): string | undefined {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}

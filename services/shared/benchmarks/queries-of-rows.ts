import type { Query } from '../../domain/benchmark.ts';
import { BenchmarkError } from './benchmark-error.ts';
import type { NumberedRow } from './split-rule.ts';

/** What each column of a data file holds. */
export interface FieldMap {
  /** Column by query field. */
  readonly fields: Readonly<Record<string, string>>;
  /** Column of the id; without one, the row's position is the id. */
  readonly id: string | undefined;
  /** Column of the reference; without one it is "". */
  readonly reference: string | undefined;
}

/** @throws BenchmarkError that names the file, the line and the column */
export function queryOfRow(row: NumberedRow, { fields, id, reference }: FieldMap, idPrefix: string): Query {
  const right = reference === undefined ? [''] : textsIn(row, reference).filter((text) => text.trim() !== '');
  return {
    id: id === undefined ? `${idPrefix}-${row.number}` : textsIn(row, id).join('\n'),
    fields: Object.fromEntries(Object.entries(fields).map(([field, column]) => [field, textsIn(row, column).join('\n')])),
    reference: right.join('|'),
    ...(right.length > 1 && { rightAnswers: right }),
  };
}

/** Numbers, true and false count as texts too, and so does each item of a list of these. */
function textsIn({ place, cells }: NumberedRow, column: string): string[] {
  const value = cells[column];
  const known = Object.keys(cells).join(', ');
  if (value === undefined || value === null) {
    throw new BenchmarkError('bad-field', `${place}: the column "${column}" is missing; the columns are ${known}`);
  }
  const texts = (Array.isArray(value) ? value : [value]).map(plainText);
  if (texts.some((text) => text === undefined))
    throw new BenchmarkError('bad-field', `${place}: the column "${column}" holds no text, number or list of those`);
  const given = texts.filter((text) => text !== undefined);
  if (given.every((text) => text.trim() === ''))
    throw new BenchmarkError('bad-field', `${place}: the column "${column}" is empty`);
  return given;
}

function plainText(value: unknown): string | undefined {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}

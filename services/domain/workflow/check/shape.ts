import { defined } from '../../defined.ts';
import type { Field, Operator } from '../../operators/operator.ts';

/** What is known about a value before anything runs. `any`: could be anything; `nothing`: the item of an empty list. */
export type Shape = { readonly kind: 'text' | 'boolean' | 'null' | 'any' | 'nothing' } | NumberShape | ListShape | RecordShape;

/** CEL does not mix its kinds of numbers in arithmetic. */
export interface NumberShape {
  readonly kind: 'number';
  /** Absent if not known. */
  readonly type?: 'int' | 'uint' | 'double';
}

export interface ListShape {
  readonly kind: 'list';
  readonly item: Shape;
  /** Most items that it can have; absent if not known. */
  readonly most?: number;
}

export interface RecordShape {
  readonly kind: 'record';
  /** What the fields belong to, for messages: an operator's name, or "query". */
  readonly of: string;
  readonly fields: Readonly<Record<string, Shape>>;
}

export const text: Shape = { kind: 'text' };
export const number: Shape = { kind: 'number' };
export const wholeNumber: Shape = { kind: 'number', type: 'int' };
export const decimalNumber: Shape = { kind: 'number', type: 'double' };
export const boolean: Shape = { kind: 'boolean' };
export const any: Shape = { kind: 'any' };

export const listOf = (item: Shape, most?: number): Shape => ({ kind: 'list', item, ...defined({ most }) });

export function fieldShape(field: Field): Shape {
  if (field.type === 'number') return decimalNumber;
  if (field.type === 'boolean') return boolean;
  return field.type === 'texts' ? listOf(text) : text;
}

export function outputShape(operator: Operator): RecordShape {
  const fields = Object.entries(operator.outputs).map(([name, field]) => [name, fieldShape(field)] as const);
  return { kind: 'record', of: operator.name, fields: Object.fromEntries(fields) };
}

/** For messages. */
export function describeShape(shape: Shape): string {
  if (shape.kind === 'list') {
    if (shape.item.kind === 'any' || shape.item.kind === 'nothing') return 'a list';
    return `a list (each item ${describeShape(shape.item)})`;
  }
  if (shape.kind === 'record') return `the whole result of ${shape.of}`;
  if (shape.kind === 'number') return numberKinds[shape.type ?? 'any'];
  if (shape.kind === 'boolean') return 'true or false';
  return { text: 'a text', null: 'null', any: 'any value', nothing: 'nothing' }[shape.kind];
}

const numberKinds = { int: 'a whole number', uint: 'an unsigned number', double: 'a number with decimals', any: 'a number' };

/** Whether both can be the shape of one value, as far as is known. */
export function compatible(left: Shape, right: Shape): boolean {
  if ([left, right].some(({ kind }) => kind === 'any' || kind === 'nothing')) return true;
  if (left.kind === 'list' && right.kind === 'list') return compatible(left.item, right.item);
  if (left.kind === 'record' && right.kind === 'record') {
    const names = Object.keys(left.fields);
    return (
      names.length === Object.keys(right.fields).length &&
      names.every((name) => compatible(left.fields[name] ?? any, right.fields[name] ?? { kind: 'null' }))
    );
  }
  return left.kind === right.kind;
}

/** The shape of a value that is one or the other. */
export function joined(left: Shape, right: Shape): Shape {
  if (left.kind === 'nothing') return right;
  if (right.kind === 'nothing') return left;
  if (left.kind === 'list' && right.kind === 'list') return listOf(joined(left.item, right.item), mostOf(left, right));
  if (left.kind === 'number' && right.kind === 'number') return left.type === right.type ? left : number;
  return left.kind !== 'any' && right.kind !== 'any' && compatible(left, right) ? left : any;
}

function mostOf(left: ListShape, right: ListShape): number | undefined {
  return left.most === undefined || right.most === undefined ? undefined : Math.max(left.most, right.most);
}

/** The shape without the parts in which a later value of the same name may differ: the number of items and the kind of number. */
export function loosened(shape: Shape): Shape {
  if (shape.kind === 'number') return number;
  if (shape.kind === 'list') return listOf(loosened(shape.item));
  if (shape.kind !== 'record') return shape;
  const fields = Object.entries(shape.fields).map(([name, field]) => [name, loosened(field)] as const);
  return { ...shape, fields: Object.fromEntries(fields) };
}

/** Whether a value of this shape can be part of a text. */
export function hasText(shape: Shape): boolean {
  if (shape.kind === 'record' || shape.kind === 'null') return false;
  return shape.kind !== 'list' || (shape.item.kind !== 'list' && hasText(shape.item));
}

import type { Field, Operator } from '../operators/operator.ts';

/** What is known of a value before anything runs. `any`: could be everything; `nothing`: the item of an empty list. */
export type Shape =
  | { readonly kind: 'text' | 'number' | 'boolean' | 'null' | 'any' | 'nothing' }
  | { readonly kind: 'list'; readonly item: Shape }
  | RecordShape;

export interface RecordShape {
  readonly kind: 'record';
  /** What the fields belong to, for messages: an operator's name, or "query". */
  readonly of: string;
  readonly fields: Readonly<Record<string, Shape>>;
}

export const text: Shape = { kind: 'text' };
export const number: Shape = { kind: 'number' };
export const boolean: Shape = { kind: 'boolean' };
export const any: Shape = { kind: 'any' };

export const listOf = (item: Shape): Shape => ({ kind: 'list', item });

export function fieldShape(field: Field): Shape {
  if (field.type === 'number') return number;
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
  if (shape.kind === 'boolean') return 'true or false';
  return { text: 'a text', number: 'a number', null: 'null', any: 'any value', nothing: 'nothing' }[shape.kind];
}

/** Whether the two can be the same value's shape, as far as is known. */
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
  if (left.kind === 'list' && right.kind === 'list') return listOf(joined(left.item, right.item));
  return left.kind !== 'any' && right.kind !== 'any' && compatible(left, right) ? left : any;
}

/** Whether a value of the shape can stand in a text. */
export function hasText(shape: Shape): boolean {
  if (shape.kind === 'record' || shape.kind === 'null') return false;
  return shape.kind !== 'list' || (shape.item.kind !== 'list' && hasText(shape.item));
}

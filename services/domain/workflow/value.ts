import type { Value } from '../operators/operator.ts';

/** A value as it stands in a text: a list has its items apart by a blank line. Undefined for what has no text form. */
export function textOf(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (!Array.isArray(value)) return undefined;
  const items = value.map(scalarText);
  return items.includes(undefined) ? undefined : items.join('\n\n');
}

/** A list's items as texts; undefined if it is not a list of texts and numbers. */
export function textsOf(value: Value): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = value.map(scalarText).filter((item) => item !== undefined);
  return items.length === value.length ? items : undefined;
}

const scalarText = (value: Value): string | undefined => (Array.isArray(value) ? undefined : textOf(value));

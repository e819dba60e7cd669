import { plainDouble } from './cel/double-text.ts';

/**
 * A value between steps. CEL's distinctions are kept: a number is a double, whole or not, and a bigint is an int; a Map has keys
 * that are not all texts.
 */
export type StepValue =
  | string
  | number
  | bigint
  | Unsigned
  | boolean
  | null
  | readonly StepValue[]
  | ReadonlyMap<MapKey, StepValue>
  | { readonly [field: string]: StepValue };

export type MapKey = string | bigint | boolean | Unsigned;

/** CEL's uint. */
export class Unsigned {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

/** A value as part of a text: the items of a list are separated by blank lines. Undefined if it has no text form. */
export function textOf(value: StepValue): string | undefined {
  if (!isList(value)) return scalarText(value);
  const items = value.map(scalarText);
  return items.includes(undefined) ? undefined : items.join('\n\n');
}

/** A list's items as texts; undefined if it is not a list of texts and numbers. */
export function textsOf(value: StepValue): string[] | undefined {
  if (!isList(value)) return undefined;
  const items = value.map(scalarText).filter((item) => item !== undefined);
  return items.length === value.length ? items : undefined;
}

/** Undefined for what is not a number, and for a whole number that JavaScript's numbers cannot hold. */
export function numberOf(value: StepValue): number | undefined {
  if (typeof value === 'number') return value;
  const whole = value instanceof Unsigned ? value.value : value;
  return typeof whole === 'bigint' && Number.isSafeInteger(Number(whole)) ? Number(whole) : undefined;
}

export function isList(value: StepValue): value is readonly StepValue[] {
  return Array.isArray(value);
}

function scalarText(value: StepValue): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? plainDouble(value) : undefined;
  if (value instanceof Unsigned) return String(value.value);
  return typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : undefined;
}

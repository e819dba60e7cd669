import type { CelFunc, CelUint } from '@bufbuild/cel';
import { CelScalar, celFunc, celUint } from '@bufbuild/cel';
import { shortDouble } from './double-text.ts';

const { DOUBLE, INT, STRING, UINT } = CelScalar;
const leastInt = -(2n ** 63n);
const mostInt = 2n ** 63n - 1n;
const mostUint = 2n ** 64n - 1n;

/**
 * Conversions that read a text as cel-go does: all of it, or an error. The evaluator's own accept whatever JavaScript accepts as
 * a number, such as "" for 0 and "n/a" for NaN.
 */
export const numberFunctions: readonly CelFunc[] = [
  celFunc('int', [STRING], INT, readInt),
  celFunc('uint', [STRING], UINT, readUint),
  celFunc('double', [STRING], DOUBLE, readDouble),
  celFunc('bool', [STRING], CelScalar.BOOL, readBool),
  celFunc('string', [DOUBLE], STRING, shortDouble),
  celFunc('_%_', [INT, INT], INT, remainder),
];

function readInt(text: string): bigint {
  const value = /^[+-]?[0-9]+$/.test(text) ? BigInt(text.replace('+', '')) : undefined;
  if (value === undefined || value < leastInt || value > mostInt) throw unreadable(text, 'a whole number');
  return value;
}

function readUint(text: string): CelUint {
  const value = /^[0-9]+$/.test(text) ? BigInt(text) : undefined;
  if (value === undefined || value > mostUint) throw unreadable(text, 'a whole number from 0 on');
  return celUint(value);
}

const digits = '[0-9]+(?:_[0-9]+)*';
const decimalForm = new RegExp(`^[+-]?(?:${digits}(?:\\.(?:${digits})?)?|\\.${digits})(?:e[+-]?${digits})?$`, 'i');
const hexDigits = '[0-9a-f]+(?:_[0-9a-f]+)*';
const hexForm = new RegExp(`^([+-]?)0x_?(?:(${hexDigits})(?:\\.(${hexDigits})?)?|\\.(${hexDigits}))p([+-]?${digits})$`, 'i');

/** Go's forms: decimal, hexadecimal with an exponent of two, underscores between digits, inf, infinity and nan. */
function readDouble(text: string): number {
  const value = doubleIn(text);
  if (value === undefined) throw unreadable(text, 'a number');
  return value;
}

function doubleIn(text: string): number | undefined {
  if (/^nan$/i.test(text)) return Number.NaN;
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const value = decimalForm.test(text) ? Number(text.replaceAll('_', '')) : hexDoubleIn(text);
  return value === undefined || Number.isFinite(value) ? value : undefined;
}

function hexDoubleIn(text: string): number | undefined {
  const [, sign, whole = '', fraction = '', only = '', exponent = ''] = hexForm.exec(text) ?? [];
  if (sign === undefined) return undefined;
  const behind = (fraction + only).replaceAll('_', '');
  const mantissa = Number(BigInt(`0x${whole.replaceAll('_', '')}${behind}`));
  return (sign === '-' ? -1 : 1) * mantissa * 2 ** (Number(exponent.replaceAll('_', '')) - 4 * behind.length);
}

const truths: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'True', 'TRUE'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'false', 'False', 'FALSE'].map((text) => [text, false] as const),
]);

function readBool(text: string): boolean {
  const truth = truths.get(text);
  if (truth === undefined) throw unreadable(text, 'true or false');
  return truth;
}

function remainder(left: bigint, right: bigint): bigint {
  if (right === 0n) throw new Error('a division by zero has no remainder');
  if (left === leastInt && right === -1n) throw new Error('the whole number is too large');
  return left % right;
}

function unreadable(text: string, what: string): Error {
  return new Error(`the text ${JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)} is not ${what}`);
}

import type { CelFunc } from '@bufbuild/cel';
import { CelScalar, celFunc, celMethod, listType } from '@bufbuild/cel';

const { BOOL, INT, STRING } = CelScalar;
const TEXTS = listType(CelScalar.DYN);

/**
 * Positions in a text count characters (code points), as CEL says; the evaluator's own functions count UTF-16 units, so that an
 * emoji was two and could be cut in half. Limits of split and replace mean what they mean in cel-go.
 */
export const textFunctions: readonly CelFunc[] = [
  celMethod('charAt', STRING, [INT], STRING, function (index) {
    const letters = [...this];
    return letters[placeIn(letters, index)] ?? '';
  }),
  celMethod('substring', STRING, [INT], STRING, function (start) {
    const letters = [...this];
    return letters.slice(placeIn(letters, start)).join('');
  }),
  celMethod('substring', STRING, [INT, INT], STRING, function (start, end) {
    const letters = [...this];
    if (start > end) throw new Error(`a part of a text cannot begin at ${start} and end at ${end}`);
    return letters.slice(placeIn(letters, start), placeIn(letters, end)).join('');
  }),
  celMethod('indexOf', STRING, [STRING], INT, function (part) {
    return firstPlace([...this], part, 0n);
  }),
  celMethod('indexOf', STRING, [STRING, INT], INT, function (part, from) {
    return firstPlace([...this], part, from);
  }),
  celMethod('lastIndexOf', STRING, [STRING], INT, function (part) {
    const letters = [...this];
    return lastPlace(letters, part, part === '' ? letters.length : letters.length - 1);
  }),
  celMethod('lastIndexOf', STRING, [STRING, INT], INT, function (part, from) {
    const letters = [...this];
    return lastPlace(letters, part, notNegative(from, letters));
  }),
  celMethod('replace', STRING, [STRING, STRING], STRING, function (part, by) {
    return replaced(this, part, by, -1n);
  }),
  celMethod('replace', STRING, [STRING, STRING, INT], STRING, function (part, by, most) {
    return replaced(this, part, by, most);
  }),
  celMethod('split', STRING, [STRING], TEXTS, function (separator) {
    return splitText(this, separator, -1n);
  }),
  celMethod('split', STRING, [STRING, INT], TEXTS, function (separator, most) {
    return splitText(this, separator, most);
  }),
  celMethod('reverse', STRING, [], STRING, function () {
    return [...this].reverse().join('');
  }),
  celFunc('_<_', [STRING, STRING], BOOL, (left, right) => orderOf(left, right) < 0),
  celFunc('_<=_', [STRING, STRING], BOOL, (left, right) => orderOf(left, right) <= 0),
  celFunc('_>_', [STRING, STRING], BOOL, (left, right) => orderOf(left, right) > 0),
  celFunc('_>=_', [STRING, STRING], BOOL, (left, right) => orderOf(left, right) >= 0),
];

/** The end is a position too. */
function placeIn(letters: readonly string[], place: bigint): number {
  const index = notNegative(place, letters);
  if (index > letters.length) throw outside(place, letters);
  return index;
}

function notNegative(place: bigint, letters: readonly string[]): number {
  if (place < 0n) throw outside(place, letters);
  return Number(place);
}

function outside(place: bigint, letters: readonly string[]): Error {
  return new Error(`${place} is not a position in a text of ${letters.length} characters`);
}

/** Searches from a position on; -1 if not found. An empty part is found where the search begins. */
function firstPlace(letters: readonly string[], part: string, from: bigint): bigint {
  const start = notNegative(from, letters);
  if (part === '') return BigInt(Math.min(start, letters.length));
  const before = letters.slice(0, start).join('').length;
  const found = letters.join('').indexOf(part, before);
  return start >= letters.length || found === -1 ? -1n : lettersBefore(letters, found);
}

/** At a position or before it. A position after the text finds nothing but an empty part, as in cel-go. */
function lastPlace(letters: readonly string[], part: string, from: number): bigint {
  if (part === '') return BigInt(Math.min(from, letters.length));
  if (from >= letters.length) return -1n;
  const found = letters.join('').lastIndexOf(part, letters.slice(0, from).join('').length);
  return found === -1 ? -1n : lettersBefore(letters, found);
}

function lettersBefore(letters: readonly string[], unit: number): bigint {
  return BigInt([...letters.join('').slice(0, unit)].length);
}

/** @param most below 0 for all */
function replaced(text: string, part: string, by: string, most: bigint): string {
  const [first = '', ...others] = splitBefore(text, part, most < 0n ? Number.POSITIVE_INFINITY : Number(most));
  return [first, ...others.flatMap((piece) => [by, piece])].join('');
}

/** An empty part is found before every character and at the end. */
function splitBefore(text: string, part: string, most: number): string[] {
  const pieces = part === '' ? ['', ...text, ''] : text.split(part);
  // "ab" has three such positions, around the characters, which are then the pieces in between.
  const joined = part === '' && text === '' ? ['', ''] : pieces;
  const tail = joined.slice(most + 1);
  return most >= joined.length - 1 ? joined : [...joined.slice(0, most), [joined[most], ...tail].join(part)];
}

/** @param most pieces, the last of which gets the rest; 0 for none at all, below 0 for all */
function splitText(text: string, separator: string, most: bigint): string[] {
  if (most === 0n) return [];
  const pieces = separator === '' ? [...text] : text.split(separator);
  if (most < 0n || most >= BigInt(pieces.length)) return pieces;
  const kept = Number(most) - 1;
  return [...pieces.slice(0, kept), pieces.slice(kept).join(separator)];
}

/** By code points: UTF-16 units would put an emoji before U+FFFF. */
function orderOf(left: string, right: string): number {
  const [one, other] = [[...left], [...right]];
  for (const [index, letter] of one.entries()) {
    const difference = (letter.codePointAt(0) ?? 0) - (other[index]?.codePointAt(0) ?? -1);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

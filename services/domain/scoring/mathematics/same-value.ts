import type { Decimal } from 'decimal.js';
import { type Arithmetic, createArithmetic, exactly, type MathNumber, type Perhaps } from './math-number.ts';
import { compareRationals, zero } from './rational.ts';

/** The digits of the first of two evaluations, and how many more the second has. */
export const coarseDigits = 40;
const moreDigits = 60;
/** Numbers with more digits are not rounded: the time would grow, and decimal.js knows 1,025 digits of pi. */
const mostDigitsRounded = 300;

/** A number to any precision. */
export type NumberTo = (arithmetic: Arithmetic) => Perhaps;

/**
 * Fractions are compared exactly. Other numbers are evaluated with 40 and with 100 digits: if two are the same, their difference
 * shrinks with the rounding error, by about 60 digits; if not, it stays as it is, however small. If they contain longer whole
 * numbers, both precisions are raised by twice the extra length. What cannot be evaluated is equal to nothing.
 */
export function isSameNumber(left: NumberTo, right: NumberTo): boolean {
  const first = compareAt(coarseDigits, left, right);
  if (first === undefined || typeof first === 'boolean') return first ?? false;
  if (first.digits > mostDigitsRounded) return false;
  const coarse = first.digits <= coarseDigits / 2 ? first : compareAt(coarseDigits + 2 * first.digits, left, right);
  if (coarse === undefined || typeof coarse === 'boolean') return false;
  const fine = compareAt(coarse.precision + moreDigits, left, right);
  if (fine === undefined || typeof fine === 'boolean') return false;
  if (fine.distance.isZero()) return true;
  const bound = coarse.distance.isZero() ? fine.size.times('1e-70') : coarse.distance.times('1e-40');
  return fine.distance.lte(bound);
}

interface Difference {
  readonly distance: Decimal;
  /** Of the larger of the two. */
  readonly size: Decimal;
  readonly precision: number;
  /** Of the longest whole number in it. */
  readonly digits: number;
}

/** Whether they are the same, if that is certain; otherwise how far apart they are. undefined if one has no value. */
function compareAt(precision: number, left: NumberTo, right: NumberTo): boolean | Difference | undefined {
  const arithmetic = createArithmetic(precision);
  const [a, b] = [left(arithmetic), right(arithmetic)];
  if (!a || !b) return undefined;
  if (a.exact && b.exact) return compareRationals(a.re, b.re) === 0 && compareRationals(a.im, b.im) === 0;
  const difference = differenceOf(arithmetic, a, b);
  return isFar(difference) ? false : difference;
}

/** So far apart, with at least 40 digits, that no precision would bring them together. */
export function isFar({ distance, size }: Difference): boolean {
  return distance.gt(size.times('1e-20').plus('1e-20'));
}

export function differenceOf(arithmetic: Arithmetic, left: MathNumber, right: MathNumber): Difference {
  const difference = arithmetic.subtract(left, right);
  const [a, b] = [arithmetic.sizeOf(left), arithmetic.sizeOf(right)];
  const size = a.gt(b) ? a : b;
  return {
    distance: difference ? arithmetic.sizeOf(difference) : size,
    size,
    precision: arithmetic.precision,
    digits: arithmetic.digitsRounded(),
  };
}

/** The sign of the factor between two multiples: an inequality's direction changes with it. */
export function signOf(value: NumberTo): -1 | 0 | 1 | undefined {
  if (isSameNumber(value, () => exactly(zero))) return 0;
  const arithmetic = createArithmetic(coarseDigits);
  const number = value(arithmetic);
  const real = number && arithmetic.realOf(number);
  return real && (real.isNeg() ? -1 : 1);
}

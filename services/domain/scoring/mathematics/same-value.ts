import type { Decimal } from 'decimal.js';
import type { MathExpression, Place } from './math-expression.ts';
import { type Arithmetic, createArithmetic, exactly, type MathNumber, type Perhaps, rationalOf } from './math-number.ts';
import { compareRationals, endsAsDecimal, fraction, zero } from './rational.ts';

/** The digits of the first of two evaluations; the second has so many more. */
const coarseDigits = 40;
const moreDigits = 60;
/** Numbers with more digits are not rounded: the time would grow, and decimal.js knows 1,025 digits of pi. */
const mostDigitsRounded = 150;

/** A number to any precision. */
export type NumberTo = (arithmetic: Arithmetic) => Perhaps;

/**
 * Fractions are compared exactly. Other numbers are evaluated with 40 and with 100 digits: the difference of two that are the same
 * shrinks with what rounding leaves, by some 60 digits; that of two others stays what it is, however small. Where whole numbers of
 * more digits stand within them, both precisions are higher by twice as many. What cannot be evaluated is equal to nothing.
 */
export function isSameNumber(left: NumberTo, right: NumberTo): boolean {
  const first = compareAt(coarseDigits, left, right);
  if (first === undefined || typeof first === 'boolean') return first ?? false;
  const coarse = first.digits <= coarseDigits / 2 ? first : compareAt(coarseDigits + 2 * first.digits, left, right);
  if (coarse === undefined || typeof coarse === 'boolean' || coarse.digits > mostDigitsRounded) return false;
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
  /** Of the longest whole number within. */
  readonly digits: number;
}

/** Whether they are the same where that is certain, else how far apart they are. undefined where one has no value. */
function compareAt(precision: number, left: NumberTo, right: NumberTo): boolean | Difference | undefined {
  const arithmetic = createArithmetic(precision);
  const [a, b] = [left(arithmetic), right(arithmetic)];
  if (!a || !b) return undefined;
  if (a.exact && b.exact) return compareRationals(a.re, b.re) === 0 && compareRationals(a.im, b.im) === 0;
  const difference = differenceOf(arithmetic, a, b);
  // So far apart that no precision would bring them together.
  return difference.distance.gt(difference.size.times('1e-20').plus('1e-20')) ? false : difference;
}

function differenceOf(arithmetic: Arithmetic, left: MathNumber, right: MathNumber): Difference {
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

/**
 * Whether two expressions have the same value wherever their symbols have one. Without symbols that is one comparison. With some,
 * they are compared at points of either sign: at those where all of both is real, or, where there are none, at whole numbers and
 * as complex numbers.
 */
export function isSameExpression(left: MathExpression, right: MathExpression): boolean {
  const names = namesOf(left, right);
  if (names.length === 0) return isSameNumber(at(left, {}), at(right, {})) || isRounding(left, right);
  const points = comparablePoints([left, right], names);
  return points.length > 0 && points.every((point) => isSameNumber(at(left, point), at(right, point)));
}

/** Whether one expression is the same multiple of the other everywhere: of two equations "= 0", the same solutions. */
export function isMultiple(left: MathExpression, right: MathExpression): boolean {
  const names = namesOf(left, right);
  const [first, ...others] = comparablePoints([left, right], names.length === 0 ? ['x'] : names);
  if (!first) return false;
  const product = (one: MathExpression, here: Point, other: MathExpression, there: Point): NumberTo => {
    return (arithmetic) => {
      const [a, b] = [at(one, here)(arithmetic), at(other, there)(arithmetic)];
      return a && b && arithmetic.multiply(a, b);
    };
  };
  const nothing: NumberTo = () => exactly(zero);
  if ([left, right].some((side) => isSameNumber(at(side, first), nothing))) return false;
  return others.every((point) => isSameNumber(product(left, first, right, point), product(left, point, right, first)));
}

/** The sign of the factor between two multiples: an inequality's direction turns with it. */
export function signOf(value: NumberTo): -1 | 0 | 1 | undefined {
  if (isSameNumber(value, () => exactly(zero))) return 0;
  const arithmetic = createArithmetic(coarseDigits);
  const number = value(arithmetic);
  const real = number && arithmetic.realOf(number);
  return real && (real.isNeg() ? -1 : 1);
}

export type Point = Readonly<Record<string, MathNumber>>;

export function at(expression: MathExpression, point: Point): NumberTo {
  return (arithmetic) => evaluate(expression, place(point, arithmetic));
}

function evaluate(expression: MathExpression, where: Place): Perhaps {
  try {
    return expression.at(where);
  } catch (error) {
    // decimal.js knows 1,025 digits of pi and of ln 10; what would need more has no value here.
    if (error instanceof Error && error.message.startsWith('[DecimalError]')) return undefined;
    throw error;
  }
}

function place(point: Point, arithmetic: Arithmetic): Place {
  return { arithmetic, numberOf: (symbol) => point[symbol] ?? { exact: true, re: zero, im: zero } };
}

function namesOf(left: MathExpression, right: MathExpression): string[] {
  return [...new Set([...left.symbols, ...right.symbols])].sort();
}

/** Numbers that nothing people write takes for special, some within the domain of logarithms, roots and inverse sines. */
const realPoints = [
  [7_390, 10_007],
  [3_571, 10_009],
  [19_021, 10_037],
  [22_741, 10_039],
  [33_599, 10_061],
  [57_193, 10_067],
  [127_703, 10_069],
  [601_789, 10_079],
] as const;
/** So many are enough. */
const mostPoints = 4;
/** What is about n! or (-1)^n has values here alone. */
const wholePoints = [3, 8, 13, 4] as const;

/** The points at which all expressions can be compared. The signs of several symbols differ from point to point. */
function comparablePoints(expressions: readonly MathExpression[], names: readonly string[]): Point[] {
  const complex = expressions.some((expression) => expression.complex);
  const arithmetic = createArithmetic(coarseDigits);
  const stays = (point: Point, anywhere: boolean) =>
    expressions.every((expression) => {
      const where = place(point, arithmetic);
      return evaluate(expression, where) !== undefined && (anywhere || !where.leftTheReals);
    });
  const reals = realPoints.map(([top, bottom], index) =>
    pointOf(names, (name) => fraction(signAt(index, name) * BigInt(top + 1_409 * name), BigInt(bottom))),
  );
  const inside = firstOf(reals, (point) => stays(point, complex));
  if (inside.length >= 2) return inside;
  const wholes = wholePoints.map((value) => pointOf(names, (name) => fraction(BigInt(value + 3 * name), 1n)));
  const atWholes = firstOf(wholes, (point) => stays(point, complex));
  if (inside.length + atWholes.length >= 2) return [...inside, ...atWholes];
  return firstOf(reals, (point) => stays(point, true));
}

/** The first symbol's sign turns from point to point, the second's from pair to pair, the third's from four to four. */
function signAt(index: number, name: number): 1n | -1n {
  return (index >> (name % 3)) & 1 ? -1n : 1n;
}

function firstOf(points: readonly Point[], fits: (point: Point) => boolean): Point[] {
  const found: Point[] = [];
  for (const point of points) if (found.length < mostPoints && fits(point)) found.push(point);
  return found;
}

function pointOf(names: readonly string[], numberAt: (name: number) => ReturnType<typeof fraction>): Point {
  return Object.fromEntries(names.map((name, index) => [name, { exact: true, re: numberAt(index) ?? zero, im: zero }]));
}

/** A decimal of ten digits or more stands for what no decimal with an end writes exactly. */
function isRounding(left: MathExpression, right: MathExpression): boolean {
  if ((left.roundedTo === undefined) === (right.roundedTo === undefined)) return false;
  const [decimal, exact] = left.roundedTo === undefined ? [right, left] : [left, right];
  const arithmetic = createArithmetic(coarseDigits);
  const [a, b] = [at(decimal, {})(arithmetic), at(exact, {})(arithmetic)];
  const rational = b && rationalOf(b);
  if (!a || !b || (rational && endsAsDecimal(rational))) return false;
  const { distance, size } = differenceOf(arithmetic, a, b);
  // Doubles have 15 digits that can be relied on.
  return distance.lt(size.times(`1e${1 - Math.min(15, decimal.roundedTo ?? 0)}`));
}

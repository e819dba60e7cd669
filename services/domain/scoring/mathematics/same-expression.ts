import type { MathExpression, Place } from './math-expression.ts';
import { type Arithmetic, createArithmetic, exactly, type MathNumber, type Perhaps, rationalOf } from './math-number.ts';
import { compareRationals, endsAsDecimal, fraction, type Rational, zero } from './rational.ts';
import { coarseDigits, differenceOf, isFar, isSameNumber, type NumberTo } from './same-value.ts';

/**
 * Whether two expressions have the same value wherever their symbols have one. Without symbols that is one comparison. With
 * symbols, they are compared at points of either sign: at those where every part of both is real or, if there are none, at whole
 * numbers and as complex numbers. At the first point they are compared as `isSameNumber` does, at the others with 40 digits.
 */
export function isSameExpression(left: MathExpression, right: MathExpression): boolean {
  const names = namesOf(left, right);
  const points = names.length === 0 ? [nowhere] : comparablePoints([left, right], names);
  const [first] = points;
  const near = (point: Point) => isNear(coarseAt(left, point).value, coarseAt(right, point).value);
  if (first === undefined) return false;
  const same = points.every(near) && isSameNumber(at(left, first.numbers), at(right, first.numbers));
  return same || isRounding(left, right);
}

/** Whether one expression is the same multiple of the other everywhere: if both are set to 0, the solutions are the same. */
export function isMultiple(left: MathExpression, right: MathExpression): boolean {
  const names = namesOf(left, right);
  const [first, ...others] = comparablePoints([left, right], names.length === 0 ? ['x'] : names);
  if (!first) return false;
  const product = (one: MathExpression, here: Point, other: MathExpression, there: Point): NumberTo => {
    return (arithmetic) => {
      const [a, b] = [at(one, here.numbers)(arithmetic), at(other, there.numbers)(arithmetic)];
      return a && b && arithmetic.multiply(a, b);
    };
  };
  const nothing: NumberTo = () => exactly(zero);
  if ([left, right].some((side) => isSameNumber(at(side, first.numbers), nothing))) return false;
  return others.every((point) => isSameNumber(product(left, first, right, point), product(left, point, right, first)));
}

type Numbers = Readonly<Record<string, MathNumber>>;

/** The expression's value where its symbols have these. */
export function at(expression: MathExpression, numbers: Numbers): NumberTo {
  return (arithmetic) => evaluate(expression, placeOf(numbers, arithmetic));
}

function evaluate(expression: MathExpression, where: Place): Perhaps {
  try {
    return expression.at(where);
  } catch (error) {
    // decimal.js knows 1,025 digits of pi and of ln 10; anything that would need more has no value here.
    if (error instanceof Error && error.message.startsWith('[DecimalError]')) return undefined;
    throw error;
  }
}

function placeOf(numbers: Numbers, arithmetic: Arithmetic): Place {
  return { arithmetic, numberOf: (symbol) => numbers[symbol] ?? { exact: true, re: zero, im: zero } };
}

function namesOf(left: MathExpression, right: MathExpression): string[] {
  return [...new Set([...left.symbols, ...right.symbols])].sort();
}

interface Point {
  /** Distinguishes it from all others. */
  readonly key: string;
  readonly numbers: Numbers;
}

const nowhere: Point = { key: '', numbers: {} };

interface Coarse {
  readonly value: Perhaps;
  /** Whether all of it is real. */
  readonly real: boolean;
}

/** Each expression of a list is compared with many; its values are computed once. */
const known = new WeakMap<MathExpression, Map<string, Coarse>>();

function coarseAt(expression: MathExpression, { key, numbers }: Point): Coarse {
  const values = known.get(expression) ?? new Map<string, Coarse>();
  known.set(expression, values);
  const before = values.get(key);
  if (before) return before;
  const place = placeOf(numbers, createArithmetic(coarseDigits));
  const value = evaluate(expression, place);
  const coarse = { value, real: !place.leftTheReals };
  values.set(key, coarse);
  return coarse;
}

function isNear(left: Perhaps, right: Perhaps): boolean {
  if (!left || !right) return false;
  if (left.exact && right.exact) return compareRationals(left.re, right.re) === 0 && compareRationals(left.im, right.im) === 0;
  return !isFar(differenceOf(createArithmetic(coarseDigits), left, right));
}

/** Numbers that are special to nothing that people write, some within the domain of logarithms, roots and inverse sines. */
const realPoints = [
  [7_390, 10_007],
  [3_571, 10_009],
  [127_703, 10_069],
  [601_789, 10_079],
  [10_061_803, 10_091],
  [22_741, 10_039],
  [19_021, 10_037],
  [33_599, 10_061],
] as const;
/** This many are enough: near 0 and far from it, of either sign. */
const mostPoints = 6;
/** Expressions with n! or (-1)^n have values only here. */
const wholePoints = [3, 8, 13, 4] as const;

/** The points at which all expressions can be compared. The signs of several symbols differ from point to point. */
function comparablePoints(expressions: readonly MathExpression[], names: readonly string[]): Point[] {
  const complex = expressions.some((expression) => expression.complex);
  const fits = (anywhere: boolean) => (point: Point) =>
    expressions.every((expression) => {
      const { value, real } = coarseAt(expression, point);
      return value !== undefined && (anywhere || real);
    });
  const reals = realPoints.map(([top, bottom], index) =>
    pointOf(`r${index}`, names, (name) => fraction(signAt(index, name) * BigInt(top + 1_409 * name), BigInt(bottom))),
  );
  const inside = firstOf(reals, fits(complex));
  if (inside.length >= 2) return inside;
  const wholes = wholePoints.map((value) => pointOf(`w${value}`, names, (name) => fraction(BigInt(value + 3 * name), 1n)));
  const atWholes = firstOf(wholes, fits(complex));
  if (inside.length + atWholes.length >= 2) return [...inside, ...atWholes];
  return firstOf(reals, fits(true));
}

/** The first symbol's sign changes with every point, the second's with every second point, the third's with every fourth. */
function signAt(index: number, name: number): 1n | -1n {
  return (index >> (name % 3)) & 1 ? -1n : 1n;
}

function firstOf(points: readonly Point[], fits: (point: Point) => boolean): Point[] {
  const found: Point[] = [];
  for (const point of points) if (found.length < mostPoints && fits(point)) found.push(point);
  return found;
}

function pointOf(key: string, names: readonly string[], numberAt: (name: number) => Rational | undefined): Point {
  const numbers = names.map((name, index) => [name, { exact: true, re: numberAt(index) ?? zero, im: zero }]);
  return { key: `${key} ${names.join()}`, numbers: Object.fromEntries(numbers) };
}

/** Doubles have 15 digits that can be relied on, and programs print up to 17. */
const digitsOfDoubles = 15;

/**
 * A decimal of ten digits or more stands for a value that no finite decimal expresses exactly, if it is that value cut off or
 * rounded to its places; inside an expression, if it is as close as that many digits can be.
 */
function isRounding(left: MathExpression, right: MathExpression): boolean {
  if ((left.rounded === undefined) === (right.rounded === undefined) || namesOf(left, right).length > 0) return false;
  const [decimal, exact] = left.rounded === undefined ? [right, left] : [left, right];
  const [a, b] = [coarseAt(decimal, nowhere).value, coarseAt(exact, nowhere).value];
  const rational = b && rationalOf(b);
  if (!a || !b || !decimal.rounded || (rational && endsAsDecimal(rational))) return false;
  const { digits, places } = decimal.rounded;
  const arithmetic = createArithmetic(coarseDigits);
  const { distance, size } = differenceOf(arithmetic, a, b);
  if (digits > digitsOfDoubles || places === undefined) {
    return distance.lt(size.times(`1e${1 - Math.min(digitsOfDoubles, digits)}`));
  }
  const cutOff = arithmetic.sizeOf(a).lt(arithmetic.sizeOf(b));
  return distance.lt(`${cutOff ? 1 : 0.5}e-${places}`);
}

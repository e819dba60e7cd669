import type { Decimal } from 'decimal.js';
import { type Arithmetic, exactly, type MathNumber, type Perhaps, rationalOf, whole, wholeNumberOf } from './math-number.ts';
import { binomialOf, compareRationals, factorialOf, floorOf, fraction, greatestDivisor, type Rational } from './rational.ts';

/** What a function gives for its operands. */
export type MathFunction = (arithmetic: Arithmetic, first: MathNumber, second: MathNumber | undefined) => Perhaps;

/** By their names in the parser's trees (MathJSON). */
export const mathFunctions: Readonly<Record<string, MathFunction>> = {
  Negate: (with_, value) => with_.negate(value),
  Divide: (with_, top, bottom) => bottom && with_.divide(top, bottom),
  Rational: (with_, top, bottom) => bottom && with_.divide(top, bottom),
  Subtract: (with_, left, right) => (right ? with_.subtract(left, right) : with_.negate(left)),
  Power: (with_, base, exponent) => exponent && with_.power(base, exponent),
  Sqrt: (with_, value) => with_.root(value, 2),
  Root: rootOf,
  Exp: (with_, value) => with_.exponential(value),
  Ln: (with_, value) => with_.logarithm(value),
  Log: (with_, value, base) => logarithmOf(with_, value, base ?? whole(10)),
  Lb: (with_, value) => logarithmOf(with_, value, whole(2)),
  Lg: (with_, value) => logarithmOf(with_, value, whole(10)),
  Abs: (with_, value) => with_.absolute(value),
  Degrees: degrees,
  Sin: real((value) => value.sin()),
  Cos: real((value) => value.cos()),
  Tan: quotient((value) => [value.sin(), value.cos()]),
  Cot: quotient((value) => [value.cos(), value.sin()]),
  Sec: quotient((value) => [value.cos().pow(0), value.cos()]),
  Csc: quotient((value) => [value.sin().pow(0), value.sin()]),
  Arcsin: real((value) => value.asin()),
  Arccos: real((value) => value.acos()),
  Arctan: real((value) => value.atan()),
  Sinh: real((value) => value.sinh()),
  Cosh: real((value) => value.cosh()),
  Tanh: real((value) => value.tanh()),
  Floor: (with_, value) => rounded(with_, value, floorOf),
  Ceil: (with_, value) => rounded(with_, value, ({ top, bottom }) => -floorOf({ top: -top, bottom })),
  Factorial: (_, value) => exactly(ofWhole(value, factorialOf)),
  Binomial: (_, from, part) => exactly(ofWholes(from, part, binomialOf)),
  GCD: (_, left, right) => exactly(ofWholes(left, right, (a, b) => fraction(greatestDivisor(a, b), 1n))),
  LCM: (_, left, right) => exactly(ofWholes(left, right, leastMultiple)),
  Mod: (_, left, right) => exactly(ofWholes(left, right, remainder)),
  Max: (_, left, right) => larger(left, right, 1),
  Min: (_, left, right) => larger(left, right, -1),
};

/** Exact if the value is a whole power of the base, as in \log_2 8. */
function logarithmOf(with_: Arithmetic, value: MathNumber, base: MathNumber): Perhaps {
  const [top, bottom] = [with_.logarithm(value), with_.logarithm(base)];
  return top && bottom && with_.divide(top, bottom);
}

function rootOf(with_: Arithmetic, value: MathNumber, degree: MathNumber | undefined): Perhaps {
  const count = degree && wholeNumberOf(degree);
  if (count !== undefined && count > 0n && count <= 1_000n) return with_.root(value, Number(count));
  const inverse = degree && with_.divide(whole(1), degree);
  return inverse && with_.power(value, inverse);
}

function degrees(with_: Arithmetic, value: MathNumber): Perhaps {
  const turn = with_.divide(with_.pi, whole(180));
  return turn && with_.multiply(value, turn);
}

function real(known: (value: Decimal) => Decimal): MathFunction {
  return (with_, value) => with_.ofReal(known)(value);
}

/** No value if only rounding keeps the denominator from being 0: \tan 90^\circ. */
function quotient(parts: (value: Decimal) => [Decimal, Decimal]): MathFunction {
  return (with_, value) =>
    with_.ofReal((real) => {
      const [top, bottom] = parts(real);
      return top.div(bottom.abs().lt(`1e-${Math.floor(with_.precision / 2)}`) ? 0 : bottom);
    })(value);
}

/** A value that rounding left a hair away from a whole number is that number. */
function rounded(with_: Arithmetic, value: MathNumber, down: (value: Rational) => bigint): Perhaps {
  const rational = rationalOf(value);
  if (rational) return exactly({ top: down(rational), bottom: 1n });
  const decimal = with_.realOf(value);
  if (!decimal?.abs().lt(1e15)) return undefined;
  const nearest = decimal.round();
  const near = decimal
    .minus(nearest)
    .abs()
    .lt(`1e-${Math.floor(with_.precision / 2)}`);
  const scaled = near ? nearest : decimal.times(1e15).trunc().div(1e15);
  return exactly(ofDecimal(scaled, down));
}

function ofDecimal(value: Decimal, down: (value: Rational) => bigint): Rational | undefined {
  const scale = 10n ** 15n;
  const exact = fraction(BigInt(value.times(1e15).toFixed(0)), scale);
  return exact && { top: down(exact), bottom: 1n };
}

function ofWhole(value: MathNumber, known: (value: bigint) => Rational | undefined): Rational | undefined {
  const count = wholeNumberOf(value);
  return count === undefined ? undefined : known(count);
}

function ofWholes(
  left: MathNumber,
  right: MathNumber | undefined,
  known: (left: bigint, right: bigint) => Rational | undefined,
): Rational | undefined {
  const [a, b] = [wholeNumberOf(left), right && wholeNumberOf(right)];
  return a === undefined || b === undefined ? undefined : known(a, b);
}

function leastMultiple(left: bigint, right: bigint): Rational | undefined {
  const divisor = greatestDivisor(left, right);
  return divisor === 0n ? undefined : fraction(left * right < 0n ? (-left * right) / divisor : (left * right) / divisor, 1n);
}

function remainder(left: bigint, right: bigint): Rational | undefined {
  return right === 0n ? undefined : fraction(((left % right) + right) % right, 1n);
}

function larger(left: MathNumber, right: MathNumber | undefined, sign: 1 | -1): Perhaps {
  const [a, b] = [rationalOf(left), right && rationalOf(right)];
  return a && b && exactly(Math.sign(compareRationals(a, b)) === sign ? a : b);
}

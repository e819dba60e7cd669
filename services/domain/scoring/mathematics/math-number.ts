import { Decimal } from 'decimal.js';
import {
  exactRoot,
  fraction,
  inverseOf,
  isZero,
  negativeOf,
  one,
  productOf,
  type Rational,
  sumOf,
  wholeOf,
  wholePower,
  zero,
} from './rational.ts';

/** A complex number: exact as long as its parts are fractions, otherwise rounded to the precision of its arithmetic. */
export type MathNumber =
  | { readonly exact: true; readonly re: Rational; readonly im: Rational }
  | { readonly exact: false; readonly re: Decimal; readonly im: Decimal };
/** undefined if there is no value, and for numbers too large to handle. */
export type Perhaps = MathNumber | undefined;

/** The argument of exp, whose result then has 434,000 digits in front of the point. */
const largestExponent = 1e6;

export function exactly(re: Rational | undefined, im: Rational | undefined = zero): Perhaps {
  return re && im && { exact: true, re, im };
}

export function whole(value: number): MathNumber {
  return { exact: true, re: { top: BigInt(value), bottom: 1n }, im: zero };
}

/** The number as a fraction, if it is known to be one. */
export function rationalOf(value: MathNumber): Rational | undefined {
  return value.exact && isZero(value.im) ? value.re : undefined;
}

export function wholeNumberOf(value: MathNumber): bigint | undefined {
  const rational = rationalOf(value);
  return rational && wholeOf(rational);
}

export type Arithmetic = ReturnType<typeof createArithmetic>;

/** Decimals of one precision, with the constants that take long to compute. */
function realsOf(precision: number) {
  const known = knownReals.get(precision);
  if (known) return known;
  const Real = Decimal.clone({ precision, rounding: Decimal.ROUND_HALF_EVEN, toExpNeg: -9e15, toExpPos: 9e15 });
  const reals = { Real, pi: Real.acos(-1), e: Real.exp(1) };
  if (knownReals.size < 10) knownReals.set(precision, reals);
  return reals;
}
const knownReals = new Map<number, { Real: typeof Decimal; pi: Decimal; e: Decimal }>();

/**
 * Arithmetic in which whatever is not a fraction is rounded to this many digits. One instance per value, since it records what it
 * rounds.
 */
export function createArithmetic(precision: number) {
  const { Real, pi, e } = realsOf(precision);
  const nothing = new Real(0);
  let digits = 0;

  function decimalOf({ top, bottom }: Rational): Decimal {
    const [above, below] = [top.toString(), bottom.toString()];
    digits = Math.max(digits, above.length, below.length);
    return new Real(above).div(below);
  }

  function rounded(value: MathNumber): { re: Decimal; im: Decimal } {
    return value.exact ? { re: decimalOf(value.re), im: isZero(value.im) ? nothing : decimalOf(value.im) } : value;
  }

  function roundedTo(re: Decimal, im: Decimal = nothing): Perhaps {
    return re.isFinite() && im.isFinite() ? { exact: false, re, im } : undefined;
  }

  /** A part that rounding left next to a much larger one counts as 0. */
  function realOf(value: MathNumber): Decimal | undefined {
    const { re, im } = rounded(value);
    return im.isZero() || im.abs().lt(re.abs().times(`1e-${Math.floor(precision / 2)}`)) ? re : undefined;
  }

  function add(left: MathNumber, right: MathNumber): Perhaps {
    if (left.exact && right.exact) return exactly(sumOf(left.re, right.re), sumOf(left.im, right.im));
    const [a, b] = [rounded(left), rounded(right)];
    return roundedTo(a.re.plus(b.re), a.im.plus(b.im));
  }

  function negate(value: MathNumber): MathNumber {
    return value.exact
      ? { exact: true, re: negativeOf(value.re), im: negativeOf(value.im) }
      : { exact: false, re: value.re.neg(), im: value.im.neg() };
  }

  function subtract(left: MathNumber, right: MathNumber): Perhaps {
    return add(left, negate(right));
  }

  function multiply(left: MathNumber, right: MathNumber): Perhaps {
    if (left.exact && right.exact) {
      if (isZero(left.im) && isZero(right.im)) return exactly(productOf(left.re, right.re));
      const [ac, bd] = [productOf(left.re, right.re), productOf(left.im, right.im)];
      const [ad, bc] = [productOf(left.re, right.im), productOf(left.im, right.re)];
      return ac && bd && ad && bc && exactly(sumOf(ac, negativeOf(bd)), sumOf(ad, bc));
    }
    const [a, b] = [rounded(left), rounded(right)];
    return roundedTo(a.re.times(b.re).minus(a.im.times(b.im)), a.re.times(b.im).plus(a.im.times(b.re)));
  }

  function invert(value: MathNumber): Perhaps {
    if (value.exact) {
      if (isZero(value.im)) return exactly(inverseOf(value.re));
      const size = multiply(value, { exact: true, re: value.re, im: negativeOf(value.im) });
      const factor = size?.exact ? inverseOf(size.re) : undefined;
      return factor && exactly(productOf(value.re, factor), productOf(negativeOf(value.im), factor));
    }
    const size = value.re.times(value.re).plus(value.im.times(value.im));
    return roundedTo(value.re.div(size), value.im.neg().div(size));
  }

  function divide(left: MathNumber, right: MathNumber): Perhaps {
    const inverse = invert(right);
    return inverse && multiply(left, inverse);
  }

  function sizeOf(value: MathNumber): Decimal {
    const { re, im } = rounded(value);
    return im.isZero() ? re.abs() : re.times(re).plus(im.times(im)).sqrt();
  }

  function absolute(value: MathNumber): Perhaps {
    if (!value.exact) return roundedTo(sizeOf(value));
    if (isZero(value.im)) return exactly(value.re.top < 0n ? negativeOf(value.re) : value.re);
    const square = multiply(value, { exact: true, re: value.re, im: negativeOf(value.im) });
    return square && root(square, 2);
  }

  function exponential(value: MathNumber): Perhaps {
    if (value.exact && isZero(value.re) && isZero(value.im)) return whole(1);
    const { re, im } = rounded(value);
    if (re.abs().gt(largestExponent) || im.abs().gt(1e30)) return undefined;
    const size = re.exp();
    return im.isZero() ? roundedTo(size) : roundedTo(size.times(im.cos()), size.times(im.sin()));
  }

  /** The principal value. */
  function logarithm(value: MathNumber): Perhaps {
    const { re, im } = rounded(value);
    const size = sizeOf(value);
    return size.isZero() ? undefined : roundedTo(size.ln(), im.isZero() && !re.isNeg() ? nothing : Real.atan2(im, re));
  }

  /** The principal root, but the real root of a negative number if the degree is odd. */
  function root(value: MathNumber, degree: number): Perhaps {
    const rational = rationalOf(value);
    if (rational && rational.top < 0n && degree % 2 === 0) {
      const size = root(negate(value), degree);
      return degree === 2 ? size && multiply(size, imaginaryUnit) : size && turned(value, fraction(1n, BigInt(degree)));
    }
    const exact = rational && degree <= 64 ? exactRoot(rational, degree) : undefined;
    if (exact) return exactly(exact);
    const real = realOf(value);
    if (real && (degree % 2 === 1 || !real.isNeg())) {
      const size = degree === 2 ? real.abs().sqrt() : real.abs().pow(new Real(1).div(degree));
      return roundedTo(real.isNeg() ? size.neg() : size);
    }
    return turned(value, fraction(1n, BigInt(degree)));
  }

  /** By exponential and logarithm. */
  function turned(base: MathNumber, exponent: Rational | MathNumber | undefined): Perhaps {
    const factor = exponent && ('top' in exponent ? exactly(exponent) : exponent);
    const log = logarithm(base);
    const product = factor && log && multiply(factor, log);
    return product && exponential(product);
  }

  /** The principal value; 0^0 is 1. */
  function power(base: MathNumber, exponent: MathNumber): Perhaps {
    const rational = rationalOf(exponent);
    const count = rational && wholeOf(rational);
    if (count !== undefined) return powerOfWhole(base, count);
    if (base.exact && isZero(base.re) && isZero(base.im)) return rational && rational.top > 0n ? whole(0) : undefined;
    const positive = rationalOf(base);
    if (rational && positive && positive.top > 0n && rational.bottom <= 64n) {
      const exact = exactRoot(positive, Number(rational.bottom));
      if (exact) return exactly(wholePower(exact, rational.top));
    }
    if (rational?.bottom === 2n) {
      const half = root(base, 2);
      return half && powerOfWhole(half, rational.top);
    }
    return turned(base, exponent);
  }

  function powerOfWhole(base: MathNumber, exponent: bigint): Perhaps {
    if (base.exact && isZero(base.im)) return exactly(wholePower(base.re, exponent));
    const size = exponent < 0n ? -exponent : exponent;
    if (size > 1_000_000n) return undefined;
    let result: Perhaps = whole(1);
    let square: Perhaps = base;
    for (let left = size; left > 0n && square; left >>= 1n) {
      if (left & 1n) result = result && multiply(result, square);
      if (left > 1n) square = multiply(square, square);
    }
    if (!square || !result) return undefined;
    return exponent < 0n ? invert(result) : result;
  }

  /** A function of real numbers; undefined if it has no real value. */
  function ofReal(known: (value: Decimal) => Decimal): (value: MathNumber) => Perhaps {
    return (value) => {
      const real = realOf(value);
      return real?.abs().lt(1e30) ? roundedTo(known(real)) : undefined;
    };
  }

  const imaginaryUnit: MathNumber = { exact: true, re: zero, im: one };

  return {
    add,
    negate,
    subtract,
    multiply,
    divide,
    absolute,
    exponential,
    logarithm,
    root,
    power,
    ofReal,
    sizeOf,
    realOf,
    imaginaryUnit,
    pi: { exact: false, re: pi, im: nothing } satisfies MathNumber,
    e: { exact: false, re: e, im: nothing } satisfies MathNumber,
    precision,
    /** The digits of the longest whole number that was rounded, or would have been with fewer digits to keep. */
    digitsRounded(): number {
      return digits;
    },
  };
}

/**
 * A fraction of whole numbers of any size; the denominator is above 0. Reduced only if both are small, so compare with
 * `compareRationals`.
 */
export interface Rational {
  readonly top: bigint;
  readonly bottom: bigint;
}

/**
 * Larger numbers have no value here. 10,000! is below the limit, and a multiplication takes well under a millisecond; `9^{9^9}`
 * would have more than a billion bits.
 */
export const mostBits = 131_072;
/** Reducing takes time quadratic in the length, and only keeps small numbers small. */
const mostReducedBits = 2_048;

export const zero: Rational = { top: 0n, bottom: 1n };
export const one: Rational = { top: 1n, bottom: 1n };

/** undefined for a denominator of 0, and for what would be too large. */
export function fraction(top: bigint, bottom: bigint): Rational | undefined {
  if (bottom === 0n) return undefined;
  const [above, below] = bottom < 0n ? [-top, -bottom] : [top, bottom];
  if (below === 1n) return bitsOf(above) > mostBits ? undefined : { top: above, bottom: below };
  const bits = Math.max(bitsOf(above), bitsOf(below));
  if (bits > mostReducedBits) {
    if (above % below === 0n) return fraction(above / below, 1n);
    return bits > mostBits ? undefined : { top: above, bottom: below };
  }
  const divisor = greatestDivisor(above, below);
  return { top: above / divisor, bottom: below / divisor };
}

export function sumOf(left: Rational, right: Rational): Rational | undefined {
  return fraction(left.top * right.bottom + right.top * left.bottom, left.bottom * right.bottom);
}

export function productOf(left: Rational, right: Rational): Rational | undefined {
  return fraction(left.top * right.top, left.bottom * right.bottom);
}

export function negativeOf({ top, bottom }: Rational): Rational {
  return { top: -top, bottom };
}

export function inverseOf({ top, bottom }: Rational): Rational | undefined {
  return fraction(bottom, top);
}

/** Negative where the left one is smaller, 0 where both are the same number. */
export function compareRationals(left: Rational, right: Rational): number {
  const difference = left.top * right.bottom - right.top * left.bottom;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function isZero({ top }: Rational): boolean {
  return top === 0n;
}

/** The whole number that it is, if it is one. */
export function wholeOf({ top, bottom }: Rational): bigint | undefined {
  return top % bottom === 0n ? top / bottom : undefined;
}

/** The largest whole number not above it. */
export function floorOf({ top, bottom }: Rational): bigint {
  const quotient = top / bottom;
  return top < 0n && top % bottom !== 0n ? quotient - 1n : quotient;
}

/** 0^0 is 1. undefined for 0 to a negative power, and for what would be too large. */
export function wholePower(base: Rational, exponent: bigint): Rational | undefined {
  const size = exponent < 0n ? -exponent : exponent;
  const bits = Math.max(bitsOf(base.top), bitsOf(base.bottom));
  // 1 and -1 stay small whatever the exponent is.
  if (bits <= 1 && base.bottom === 1n) return evenPower(base, exponent);
  if (size > mostBits || bits * Number(size) > 2 * mostBits) return undefined;
  const power = fraction(base.top ** size, base.bottom ** size);
  return exponent < 0n ? power && inverseOf(power) : power;
}

function evenPower(base: Rational, exponent: bigint): Rational | undefined {
  if (base.top === 0n) return exponent > 0n ? zero : exponent === 0n ? one : undefined;
  return exponent % 2n === 0n ? one : base;
}

/** The root, if it is a fraction. */
export function exactRoot({ top, bottom }: Rational, degree: number): Rational | undefined {
  const [above, below] = [wholeRoot(top, degree), wholeRoot(bottom, degree)];
  return above === undefined || below === undefined ? undefined : fraction(above, below);
}

function wholeRoot(value: bigint, degree: number): bigint | undefined {
  if (value < 0n) {
    const root = degree % 2 === 1 ? wholeRoot(-value, degree) : undefined;
    return root === undefined ? undefined : -root;
  }
  if (value < 2n || degree === 1) return value;
  const exponent = BigInt(degree);
  // Newton's iteration from above; each step comes closer until it reaches the root's floor.
  let root = 1n << BigInt(Math.ceil(bitsOf(value) / degree));
  while (true) {
    const next = ((exponent - 1n) * root + value / root ** (exponent - 1n)) / exponent;
    if (next >= root) break;
    root = next;
  }
  return root ** exponent === value ? root : undefined;
}

/** 10,000 at most: 118,000 bits. */
export function factorialOf(value: bigint): Rational | undefined {
  return value < 0n || value > 10_000n ? undefined : fraction(fallingProduct(value, Number(value)), 1n);
}

/** For any whole numbers from 0, as far as the result is not too large. */
export function binomialOf(whole: bigint, part: bigint): Rational | undefined {
  if (whole < 0n || part < 0n) return undefined;
  if (part > whole) return zero;
  const smaller = part * 2n > whole ? whole - part : part;
  if (smaller > 10_000n || Number(smaller) * bitsOf(whole) > 2 * mostBits) return undefined;
  return fraction(fallingProduct(whole, Number(smaller)), fallingProduct(smaller, Number(smaller)));
}

/** value (value - 1) … with this many factors, multiplied by halves, so that most factors are small. */
function fallingProduct(value: bigint, factors: number): bigint {
  if (factors < 16) {
    let product = 1n;
    for (let factor = 0n; factor < factors; factor += 1n) product *= value - factor;
    return product;
  }
  const half = Math.floor(factors / 2);
  return fallingProduct(value, half) * fallingProduct(value - BigInt(half), factors - half);
}

export function greatestDivisor(left: bigint, right: bigint): bigint {
  let [a, b] = [left < 0n ? -left : left, right < 0n ? -right : right];
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

/** The length in base 2, or up to three bits more. */
export function bitsOf(value: bigint): number {
  const size = value < 0n ? -value : value;
  if (size < 0x20_0000_0000_0000n) return size === 0n ? 0 : Math.floor(Math.log2(Number(size))) + 1;
  return size.toString(16).length * 4;
}

/** "12", "-0.50", "1.5e3", and "0.(3)", which is a third. */
export function readDecimal(text: string): Rational | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*)(?:\((\d+)\))?)?(?:e([+-]?\d{1,6}))?$/i.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', fixed = '', period = '', exponent = '0'] = match;
  const scale = 10n ** BigInt(fixed.length);
  const repeating = period === '' ? zero : fraction(BigInt(period), (10n ** BigInt(period.length) - 1n) * scale);
  const finite = fraction(BigInt(`${whole}${fixed}` || '0'), scale);
  const value = finite && repeating && sumOf(finite, repeating);
  const shift = wholePower({ top: 10n, bottom: 1n }, BigInt(exponent));
  const shifted = value && shift && productOf(value, shift);
  return shifted && sign === '-' ? negativeOf(shifted) : shifted;
}

/** Whether a finite decimal expresses it exactly. */
export function endsAsDecimal({ top, bottom }: Rational): boolean {
  if (bitsOf(bottom) > mostReducedBits) return false;
  let rest = bottom / greatestDivisor(top, bottom);
  while (rest % 2n === 0n) rest /= 2n;
  while (rest % 5n === 0n) rest /= 5n;
  return rest === 1n;
}

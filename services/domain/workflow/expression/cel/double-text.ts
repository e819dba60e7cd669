/**
 * Doubles as texts. JavaScript's own functions round a tie away from zero (2.5.toFixed(0) is 3) and switch to an exponent at
 * other limits; cel-go and the specification's examples round to even.
 */

/** Decimal digits without leading zeros; the value is 0.digits times 10 to the power of point. */
interface Decimal {
  readonly digits: string;
  readonly point: number;
}

/** The fewest digits that read back as the same double, without an exponent. */
export function plainDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const { digits, point } = shortestDecimal(value);
  const whole = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0');
  const fraction = point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point);
  return signOf(value) + whole + (/[1-9]/.test(fraction) ? `.${fraction}` : '');
}

/** What string() gives: the fewest digits, with an exponent below 0.0001 and from 1000000 on. */
export function shortDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const { digits, point } = shortestDecimal(value);
  return point < -3 || point > 6 ? signOf(value) + withExponent(digits, point - 1) : plainDouble(value);
}

/** With this many decimals, like C's %f. */
export function fixedDouble(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return String(value);
  const { numerator, denominator } = exactFraction(value);
  const digits = String(dividedToEven(numerator * 10n ** BigInt(decimals), denominator)).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  return signOf(value) + whole + (decimals === 0 ? '' : `.${digits.slice(-decimals)}`);
}

/** With one digit before the point and this many after it, like C's %e. */
export function scientificDouble(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return signOf(value) + withExponent('0'.repeat(decimals + 1), 0);
  const { digits, point } = exactDecimal(value);
  const kept = decimals + 1;
  const tail = digits.slice(kept);
  const rounded = String(dividedToEven(BigInt(digits.slice(0, kept).padEnd(kept, '0') + tail), 10n ** BigInt(tail.length)));
  return signOf(value) + withExponent(rounded.slice(0, kept), point - 1 + rounded.length - kept);
}

const signOf = (value: number): string => (value < 0 || Object.is(value, -0) ? '-' : '');

function withExponent(digits: string, exponent: number): string {
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}e${exponent < 0 ? '-' : '+'}${size}`;
}

function shortestDecimal(value: number): Decimal {
  const [mantissa = '', exponent] = Math.abs(value).toExponential().split('e');
  return { digits: mantissa.replace('.', ''), point: value === 0 ? 1 : Number(exponent) + 1 };
}

function exactDecimal(value: number): Decimal {
  const { numerator, denominator } = exactFraction(value);
  // The denominator is a power of two, so this many decimals are enough.
  const decimals = denominator.toString(2).length - 1;
  const digits = String((numerator * 10n ** BigInt(decimals)) / denominator);
  return { digits, point: digits.length - decimals };
}

function exactFraction(value: number): { readonly numerator: bigint; readonly denominator: bigint } {
  let whole = Math.abs(value);
  let twos = 0;
  while (!Number.isInteger(whole)) {
    // Exact: at most 1074 doublings, none of which can overflow.
    whole *= 2;
    twos += 1;
  }
  return { numerator: BigInt(whole), denominator: 2n ** BigInt(twos) };
}

function dividedToEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  const isUp = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  return isUp ? quotient + 1n : quotient;
}

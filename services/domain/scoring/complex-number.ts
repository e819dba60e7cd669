/** Complex numbers in double precision: what expressions of mathematics evaluate to. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

export const notANumber: Complex = { re: Number.NaN, im: Number.NaN };

export function real(re: number): Complex {
  return { re, im: 0 };
}

export function isFiniteComplex({ re, im }: Complex): boolean {
  return Number.isFinite(re) && Number.isFinite(im);
}

/** The absolute value. */
export function modulus({ re, im }: Complex): number {
  return Math.hypot(re, im);
}

export function add(left: Complex, right: Complex): Complex {
  return { re: left.re + right.re, im: left.im + right.im };
}

export function negate({ re, im }: Complex): Complex {
  return { re: -re, im: im === 0 ? 0 : -im };
}

export function multiply(left: Complex, right: Complex): Complex {
  return { re: left.re * right.re - left.im * right.im, im: left.re * right.im + left.im * right.re };
}

export function divide(left: Complex, right: Complex): Complex {
  const size = right.re ** 2 + right.im ** 2;
  if (size === 0) return notANumber;
  const { re, im } = multiply(left, { re: right.re, im: -right.im });
  return { re: re / size, im: im / size };
}

export function exponential({ re, im }: Complex): Complex {
  const size = Math.exp(re);
  return im === 0 ? real(size) : { re: size * Math.cos(im), im: size * Math.sin(im) };
}

/** The principal value. */
export function logarithm(value: Complex): Complex {
  const size = modulus(value);
  return size === 0 ? notANumber : { re: Math.log(size), im: Math.atan2(value.im, value.re) };
}

/** The principal value, exact where JavaScript's power of real numbers is. */
export function power(base: Complex, exponent: Complex): Complex {
  if (base.im === 0 && exponent.im === 0) {
    const value = base.re ** exponent.re;
    if (!Number.isNaN(value)) return real(value);
  }
  if (Number.isInteger(exponent.re) && exponent.im === 0 && Math.abs(exponent.re) <= 64) return wholePower(base, exponent.re);
  return exponential(multiply(exponent, logarithm(base)));
}

/** (1 + i)^2 without the errors of logarithms. */
function wholePower(base: Complex, exponent: number): Complex {
  let result = real(1);
  for (let factor = 0; factor < Math.abs(exponent); factor += 1) result = multiply(result, base);
  return exponent < 0 ? divide(real(1), result) : result;
}

import { describe, expect, it } from 'vitest';
import {
  binomialOf,
  bitsOf,
  endsAsDecimal,
  exactRoot,
  factorialOf,
  floorOf,
  fraction,
  mostBits,
  type Rational,
  readDecimal,
  wholePower,
} from '../../../../../services/domain/scoring/mathematics/rational.ts';

const written = (value: Rational | undefined) => (value === undefined ? 'none' : `${value.top}/${value.bottom}`);
const of = (top: bigint, bottom = 1n): Rational => ({ top, bottom });

describe('exact fractions', () => {
  it.each([
    ['a reduced one', fraction(-12n, -18n), '2/3'],
    ['a bottom of 0', fraction(1n, 0n), 'none'],
    ['a power', wholePower(of(-2n, 3n), -3n), '-27/8'],
    ['0 to the 0', wholePower(of(0n), 0n), '1/1'],
    ['0 to a negative power', wholePower(of(0n), -1n), 'none'],
    ['-1 to a power with many digits', wholePower(of(-1n), 10n ** 50n + 1n), '-1/1'],
    ['a power that is too large', wholePower(of(9n), 9n ** 9n), 'none'],
    ['a root that comes out even', exactRoot(of(-8n, 27n), 3), '-2/3'],
    ['a root that does not', exactRoot(of(2n), 2), 'none'],
    ['the even root of a negative number', exactRoot(of(-4n), 2), 'none'],
    ['a large root', exactRoot(of(10n ** 100n), 2), `${10n ** 50n}/1`],
    ['a factorial', factorialOf(20n), '2432902008176640000/1'],
    ['a factorial that is too large', factorialOf(10_001n), 'none'],
    ['a binomial', binomialOf(50n, 25n), '126410606437752/1'],
    ['a binomial of a large number', binomialOf(10n ** 30n, 2n), `${(10n ** 30n * (10n ** 30n - 1n)) / 2n}/1`],
    ['a binomial that is too large', binomialOf(10n ** 9n, 10n ** 8n), 'none'],
    ['decimals', readDecimal('-12.50'), '-25/2'],
    ['a decimal without a whole part', readDecimal('.5'), '1/2'],
    ['a repeating decimal', readDecimal('0.1(6)'), '1/6'],
    ['a power of ten', readDecimal('1.5e-3'), '3/2000'],
    ['a power of ten that is too large', readDecimal('1e999999'), 'none'],
  ])('are right for %s', (_what, value, expected) => {
    expect(written(value)).toBe(expected);
  });

  it('round down', () => {
    expect([floorOf(of(7n, 2n)), floorOf(of(-7n, 2n)), floorOf(of(-4n))]).toEqual([3n, -4n, -4n]);
  });

  it('know which of them decimals can write', () => {
    expect([of(1n, 40n), of(3n, 6n), of(1n, 3n), of(7n)].map(endsAsDecimal)).toEqual([true, true, false, true]);
  });

  it('stay below the bound', () => {
    const largest = factorialOf(10_000n);
    expect(bitsOf(largest?.top ?? 0n)).toBeLessThan(mostBits);
    expect(written(fraction(2n ** BigInt(mostBits + 8), 1n))).toBe('none');
  });
});

import { expect, test } from 'vitest';
import { normalDistribution, normalQuantile } from '../../../../services/domain/statistics/normal.ts';
import { pairedDifference, signTest } from '../../../../services/domain/statistics/paired-tests.ts';

test('the sign test gives the exact binomial probabilities', () => {
  expect(signTest(0, 0)).toBe(1);
  expect(signTest(5, 5)).toBe(1);
  // 2 (1 + 10) / 2^10 and 2 / 2^6
  expect(signTest(9, 1)).toBeCloseTo(22 / 1024, 12);
  expect(signTest(0, 6)).toBeCloseTo(2 / 64, 12);
  expect(signTest(6, 0)).toBe(signTest(0, 6));
});

test('the sign test bears thousands of pairs', () => {
  // The normal approximation of 2600 of 5000 with its correction: z = 2.814, p = .0049.
  expect(signTest(2600, 2400)).toBeCloseTo(0.0049, 3);
  expect(signTest(5000, 0)).toBe(0);
});

test('a paired difference counts wins, losses and ties, and is never certain', () => {
  const paired = pairedDifference([1, 1, 1, 0, 0.5], [0, 0, 1, 1, 0.5]);
  expect(paired).toMatchObject({ wins: 2, losses: 1, ties: 2, pValue: 1 });
  expect(paired.difference).toBeCloseTo(0.2, 12);
  expect(pairedDifference([1, 1, 1], [0, 0, 0]).standardError).toBeGreaterThan(0.4);
  expect(() => pairedDifference([1], [1, 1])).toThrow(RangeError);
});

test('the normal distribution and its inverse agree with tables', () => {
  expect(normalDistribution(1.96)).toBeCloseTo(0.975, 4);
  expect(normalDistribution(-1)).toBeCloseTo(0.158655, 6);
  expect(normalQuantile(0.95)).toBeCloseTo(1.644854, 4);
  expect(normalQuantile(0.5)).toBeCloseTo(0, 6);
});

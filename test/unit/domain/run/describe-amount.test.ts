import { expect, test } from 'vitest';
import { describeAmount } from '../../../../services/domain/run/describe-amount.ts';

test.each<[string, number, string]>([
  ['tokens', 20_000, '20,000 tokens'],
  ['tokens', 1, '1 token'],
  ['calls', 1, '1 call'],
  ['calls', 0, '0 calls'],
  ['money', 0.002, '0.002 in money'],
  ['money', 0.0020934, '0.00209 in money'],
  ['money', 0.0000004, '0.0000004 in money'],
  ['money', 12.5, '12.5 in money'],
  ['money', 1234.567, '1,234.57 in money'],
])('%s: %d is "%s"', (counted, amount, shown) => {
  expect(describeAmount(counted, amount)).toBe(shown);
});

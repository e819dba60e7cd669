import { expect, test } from 'vitest';
import { mean, standardErrorOfMean, wilsonInterval } from '../../../../services/domain/statistics/intervals.ts';

test('the mean of nothing is refused', () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect(() => mean([])).toThrow(RangeError);
});

test('the standard error has n - 1 degrees of freedom', () => {
  // Sum of squares 2, variance 2/3, divided by 4.
  expect(standardErrorOfMean([1, 2, 2, 3])).toBeCloseTo(Math.sqrt(2 / 3 / 4), 12);
  expect(standardErrorOfMean([1, 1])).toBe(0);
  expect(standardErrorOfMean([1])).toBeUndefined();
});

test("Wilson's interval agrees with published values", () => {
  // 15 of 148 at 95 %: .0624 to .1605 (Newcombe 1998); 0 of 20: 0 to .1611.
  expect(wilsonInterval(15, 148).low).toBeCloseTo(0.0624, 4);
  expect(wilsonInterval(15, 148).high).toBeCloseTo(0.1605, 4);
  expect(wilsonInterval(0, 20).low).toBeCloseTo(0, 12);
  expect(wilsonInterval(0, 20).high).toBeCloseTo(0.1611, 4);
});

test("Wilson's interval stays in [0, 1] and knows nothing without trials", () => {
  expect(wilsonInterval(3, 3).high).toBe(1);
  expect(wilsonInterval(3, 3).low).toBeGreaterThan(0.4);
  expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
});

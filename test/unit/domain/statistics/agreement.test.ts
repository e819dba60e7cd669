import { expect, test } from 'vitest';
import { agreement, diffCos, meanAbsoluteError, pearson, spearman } from '../../../../services/domain/statistics/agreement.ts';

// Hand-checked: x - 2.5 = (-1.5 -.5 .5 1.5), y - 2.5 = (-1.5 .5 -.5 1.5): 4 / 5.
const xs = [1, 2, 3, 4];
const ys = [1, 3, 2, 4];

test('Pearson is the cosine of the centred values', () => {
  expect(pearson(xs, ys)).toBeCloseTo(0.8, 12);
  expect(
    pearson(
      xs,
      xs.map((x) => 5 - 2 * x),
    ),
  ).toBeCloseTo(-1, 12);
});

test('Spearman looks at ranks only, and equal values share theirs', () => {
  expect(spearman(xs, [1, 10, 100, 1000])).toBeCloseTo(1, 12);
  // Ranks 1.5 1.5 3 4 against 1 2 3 4: 4.5 / sqrt(4.5 * 5).
  expect(spearman([0, 0, 1, 2], xs)).toBeCloseTo(4.5 / Math.sqrt(22.5), 12);
});

test('DiffCos compares the steps, not the values', () => {
  // Steps 1 1 1 against 2 -1 2: 3 / (sqrt 3 * 3).
  expect(diffCos(xs, ys)).toBeCloseTo(1 / Math.sqrt(3), 12);
  expect(
    diffCos(
      xs,
      ys.map((y) => y + 100),
    ),
  ).toBeCloseTo(1 / Math.sqrt(3), 12);
  expect(diffCos([0, 1, 0], [1, 0, 1])).toBeCloseTo(-1, 12);
});

test('the mean absolute error is what it says', () => {
  expect(meanAbsoluteError([0.5, 1], [0, 0.75])).toBeCloseTo(0.375, 12);
});

test('what cannot be said is undefined', () => {
  expect(agreement([], [])).toEqual({
    pearson: undefined,
    spearman: undefined,
    diffCos: undefined,
    meanAbsoluteError: undefined,
    count: 0,
  });
  expect(pearson([1], [1])).toBeUndefined();
  expect(pearson([0.1, 0.1, 0.1], [1, 2, 3])).toBeUndefined();
  expect(diffCos([1, 1], [1, 2])).toBeUndefined();
});

test('lists that are not parallel are refused', () => {
  expect(() => meanAbsoluteError([1], [])).toThrow(/1 values with 0/);
  expect(() => pearson([1, 2, 3], [1, 2])).toThrow(RangeError);
});

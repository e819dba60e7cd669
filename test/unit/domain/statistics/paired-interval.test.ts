import { describe, expect, test } from 'vitest';
import { randomStream } from '../../../../services/domain/random.ts';
import { pairedInterval } from '../../../../services/domain/statistics/paired-interval.ts';

const outcomes = (wins: number, losses: number, ties: number): number[] => [
  ...Array<number>(wins).fill(1),
  ...Array<number>(losses).fill(-1),
  ...Array<number>(ties).fill(0),
];

test('right and wrong, once a query: Bonett and Price, by hand', () => {
  // 12 won, 5 lost of 50: p = 13/52 and 6/52; 7/52 +- 1.959964 sqrt((19/52 - (7/52)^2) / 52)
  const { difference, low, high, method } = pairedInterval(outcomes(12, 5, 33));
  expect(difference).toBeCloseTo(7 / 50, 12);
  const half = 1.959964 * Math.sqrt((19 / 52 - (7 / 52) ** 2) / 52);
  expect([low, high]).toEqual([expect.closeTo(7 / 52 - half, 6), expect.closeTo(7 / 52 + half, 6)]);
  expect(method).toBe('bonett-price');
});

test('fractions: Student’s on the differences, by hand', () => {
  // Mean 0.1, deviation sqrt((0.09 + 0.01 + 0.01 + 0.09) / 3), t(3) = 3.182446
  const { low, high, method } = pairedInterval([-0.2, 0, 0.2, 0.4]);
  const half = 3.182446 * Math.sqrt(0.2 / 3 / 4);
  expect([low, high]).toEqual([expect.closeTo(0.1 - half, 6), expect.closeTo(0.1 + half, 6)]);
  expect(method).toBe('student');
});

test('has a width, and its own middle in it, where nothing or everything differs', () => {
  for (const differences of [outcomes(0, 0, 30), outcomes(30, 0, 0), [0.25, 0.25], [1]]) {
    const { low, high, difference } = pairedInterval(differences);
    expect(high - low).toBeGreaterThan(0.05);
    expect(low).toBeLessThanOrEqual(difference);
    expect(high).toBeGreaterThanOrEqual(difference);
    expect(high).toBeLessThanOrEqual(1);
  }
});

describe('covers the true difference about as often as it says', () => {
  const random = randomStream(1, 'paired coverage');
  const coverage = (sample: () => number[], truth: number): number => {
    let covered = 0;
    for (let index = 0; index < 2_000; index += 1) {
      const { low, high } = pairedInterval(sample());
      if (low <= truth && truth <= high) covered += 1;
    }
    return covered / 2_000;
  };

  test.each([
    [40, 0.1, 0.05],
    [100, 0.02, 0.02],
    [264, 0.06, 0.03],
  ])('%i queries of which %f are won and %f lost', (count, won, lost) => {
    const draw = (): number => {
      const place = random.next();
      return place < won ? 1 : place < won + lost ? -1 : 0;
    };
    const share = coverage(() => Array.from({ length: count }, draw), won - lost);
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.999);
  });

  test('fractions', () => {
    const share = coverage(() => Array.from({ length: 40 }, () => (random.next() - random.next()) / 2), 0);
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.97);
  });
});

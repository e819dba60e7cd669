import { describe, expect, test } from 'vitest';
import { randomStream } from '../../../../services/domain/random.ts';
import { crossedInterval, ratioInterval, seedsInterval } from '../../../../services/domain/statistics/crossed-interval.ts';

describe('crossedInterval', () => {
  test('is the interval of the queries where there is one seed, with two values made up', () => {
    // s^2 with +-1 made up: (2 + 2 x .5^2 + 2 x .5^2) / n^2 = 3/16; t(.975, 3) = 3.1824.
    const { value, low, high } = crossedInterval([[1, 0, 1, 0]], 1);
    expect(value).toBe(0.5);
    expect(high - value).toBeCloseTo(3.18245 * Math.sqrt(3 / 16), 4);
    expect(value - low).toBeCloseTo(high - value, 12);
  });

  test('widens with what seeds differ by, and keeps a width where nothing differs', () => {
    const queries = Array.from({ length: 50 }, (_, query) => query % 2);
    const steady = crossedInterval([queries, queries, queries], 0.5);
    const shifted = [0.3, 0, -0.3].map((shift) => queries.map((score) => score + shift));
    expect(crossedInterval(shifted, 0.5).high).toBeGreaterThan(steady.high + 0.1);
    const alike = crossedInterval([[1, 1, 1]], 0.5);
    expect(alike.high).toBeGreaterThan(alike.value);
  });

  test('holds the truth about as often as it says, over seeds and queries', () => {
    const random = randomStream(7, 'coverage');
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
    const rounds = 400;
    let held = 0;
    for (let round = 0; round < rounds; round += 1) {
      const byQuery = Array.from({ length: 40 }, () => 0.2 * normal());
      const values = Array.from({ length: 5 }, () => {
        const bySeed = 0.05 * normal();
        return byQuery.map((effect) => effect + bySeed + 0.2 * normal());
      });
      const { low, high } = crossedInterval(values, 0);
      if (low <= 0 && high >= 0) held += 1;
    }
    expect(held / rounds).toBeGreaterThan(0.93);
    expect(held / rounds).toBeLessThan(0.995);
  });

  test('refuses seeds with other queries', () => {
    expect(() => crossedInterval([[1, 0], [1]], 1)).toThrow(RangeError);
    expect(() => crossedInterval([], 1)).toThrow(RangeError);
  });
});

test("seedsInterval is Student's, and has no interval for one seed", () => {
  expect(seedsInterval([3])).toEqual({ value: 3 });
  const { value, high = 0 } = seedsInterval([1, 2, 3]);
  expect(value).toBe(2);
  // s = 1, n = 3, t(.975, 2) = 4.3027
  expect(high).toBeCloseTo(2 + 4.30265 / Math.sqrt(3), 4);
});

test('ratioInterval is that of the logarithms: half and double cancel', () => {
  const { value, low = 0, high = 0 } = ratioInterval([0.5, 2]);
  expect(value).toBeCloseTo(1, 12);
  expect(low * high).toBeCloseTo(1, 9);
  expect(ratioInterval([0.25])).toEqual({ value: expect.closeTo(0.25, 12) });
});

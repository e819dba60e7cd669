import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fillShares, type Wanting } from '../../../../services/shared/sharing/fill-shares.ts';

const wanting = (key: string, wanted: number, more: Partial<Wanting> = {}): Wanting => ({
  ...{ key, wanted, weight: 1, priority: 0, within: [] },
  ...more,
});
const rounded = (all: readonly Wanting[], capacity: number): Record<string, number> =>
  Object.fromEntries([...fillShares(all, capacity)].map(([key, share]) => [key, Number(share.toFixed(6))]));

describe('shares', () => {
  test('are as the weights where all want more', () => {
    const all = [1, 2, 4].map((weight) => wanting(`w${weight}`, 100, { weight }));
    expect(rounded(all, 14)).toEqual({ w1: 2, w2: 4, w4: 8 });
  });

  test('of those who want less are as they want, and the others have the rest by weight', () => {
    expect(rounded([wanting('a', 1, { weight: 4 }), wanting('b', 9), wanting('c', 9, { weight: 2 })], 10)).toEqual({
      ...{ a: 1, b: 3, c: 6 },
    });
  });

  test('go to higher priorities first, and lower ones have what is left', () => {
    const all = [wanting('low', 9, { weight: 100 }), wanting('high', 6, { priority: 2 })];
    expect(rounded(all, 8)).toEqual({ low: 2, high: 6 });
    expect(rounded(all, 5)).toEqual({ low: 0, high: 5 });
  });

  test('of a group are divided among its members, and what one leaves is the others’ of its group first', () => {
    const team = [{ name: 'team t', weight: 1 }];
    const all = [wanting('a', 9, { within: team }), wanting('b', 1, { within: team, weight: 9 }), wanting('c', 9)];
    expect(rounded(all, 8)).toEqual({ a: 3, b: 1, c: 4 });
  });
});

const anyone = fc.record({
  wanted: fc.nat(20),
  weight: fc.double({ min: 0.01, max: 100, noNaN: true }),
  priority: fc.integer({ min: -1, max: 1 }),
  within: fc.array(fc.record({ name: fc.constantFrom('s', 't'), weight: fc.constantFrom(1, 2) }), { maxLength: 2 }),
});

test('nobody has more than it wants, nothing is given twice, and nothing is left that somebody wants', () => {
  fc.assert(
    fc.property(fc.array(anyone, { maxLength: 8 }), fc.double({ min: 0, max: 60, noNaN: true }), (made, capacity) => {
      const all = made.map((each, index) => ({ ...each, key: `${index}` }));
      const shares = fillShares(all, capacity);
      let given = 0;
      for (const { key, wanted } of all) {
        const share = shares.get(key) ?? 0;
        expect(share).toBeLessThanOrEqual(wanted + 1e-9);
        given += share;
      }
      const wantedInAll = all.reduce((sum, { wanted }) => sum + wanted, 0);
      expect(given).toBeCloseTo(Math.min(capacity, wantedInAll), 6);
    }),
  );
});

import { describe, expect, test } from 'vitest';
import { randomStream } from '../../../../services/domain/random.ts';
import { signTest } from '../../../../services/domain/statistics/paired-tests.ts';
import { signFlipTest } from '../../../../services/domain/statistics/sign-flip-test.ts';

const random = () => randomStream(1, 'flips');

test('counts every way where there are few differences', () => {
  // Of the 8 ways to sign 1, 2 and 3, two give 6 or -6.
  expect(
    signFlipTest(
      [1, 2, 3].map((size) => size / 10),
      random(),
    ),
  ).toEqual({ pValue: 2 / 8, draws: 'all' });
  // |1 + 2 - 3| = 0: every way is at least as far.
  expect(signFlipTest([0.1, 0.2, -0.3], random()).pValue).toBe(1);
});

test('is McNemar’s exact test where every difference is a whole one', () => {
  for (const [wins, losses] of [
    [9, 2],
    [5, 5],
    [0, 4],
    [12, 3],
  ] as const) {
    const differences = [...Array<number>(wins).fill(1), ...Array<number>(losses).fill(-1), 0, 0, 0];
    expect(signFlipTest(differences, random()).pValue).toBeCloseTo(signTest(wins, losses), 12);
  }
});

test('comes near the exact value where the ways are drawn', () => {
  const differences = [...Array<number>(25).fill(1), ...Array<number>(12).fill(-1)];
  const { pValue, draws } = signFlipTest(differences, random());
  expect(draws).toBe(9_999);
  expect(Math.abs(pValue - signTest(25, 12))).toBeLessThan(0.008);
});

test('says that nothing differs where nothing does', () => {
  expect(signFlipTest([0, 0, 0], random())).toEqual({ pValue: 1, draws: 'all' });
});

test('gives the same for the same stream, and the same for both directions', () => {
  const differences = Array.from({ length: 60 }, (_, index) => ((index * 7) % 11) / 11 - 0.4);
  expect(signFlipTest(differences, random())).toEqual(signFlipTest(differences, random()));
  expect(
    signFlipTest(
      differences.map((value) => -value),
      random(),
    ),
  ).toEqual(signFlipTest(differences, random()));
});

describe('under no difference', () => {
  test.each([10, 30])('with %i queries, a p-value below 0.05 comes about one time in twenty, and not more', (queries) => {
    const world = randomStream(2, 'null', queries);
    let below = 0;
    const samples = 400;
    for (let sample = 0; sample < samples; sample += 1) {
      const differences = Array.from({ length: queries }, () => world.next() - world.next());
      if (signFlipTest(differences, world).pValue <= 0.05) below += 1;
    }
    expect(below / samples).toBeGreaterThan(0.02);
    expect(below / samples).toBeLessThan(0.085);
  });
});

import { expect, test } from 'vitest';
import { compareVariants, type Trial } from '../../../../services/domain/experiments/compare-variants.ts';

function trial(variant: string, seed: number, tokens: number, testScores: readonly number[], benchmark = 'sums'): Trial {
  const spending = { tokens, byPhase: new Map([['propose' as const, tokens]]), broken: tokens / 10 };
  return { benchmark, variant, seed, spending, testScores };
}

const half = [1, 1, 0, 0];
const trials = [
  trial('aflow', 1, 1000, half),
  trial('aflow', 2, 2000, half),
  trial('cheap', 1, 250, [1, 1, 1, 0]),
  trial('cheap', 2, 500, half),
  trial('cheap', 3, 9, [0, 0, 0, 0]),
  trial('aflow', 1, 1, [1, 1], 'words'),
];

test('each variant is compared on its own benchmark, seed by seed', () => {
  const results = compareVariants(trials, 'aflow');
  expect(results.map(({ benchmark, variant, seeds }) => [benchmark, variant, seeds])).toEqual([
    ['sums', 'aflow', 2],
    ['sums', 'cheap', 3],
    ['words', 'aflow', 1],
  ]);
  const [aflow, cheap] = results;
  expect(aflow?.against).toBeUndefined();
  expect(aflow?.tokens.value).toBe(1500);
  // The third seed has no partner: the pairs' mean difference is (1/4 + 0) / 2, and the ratio 1/4 in both.
  expect(cheap?.against?.difference.value).toBeCloseTo(0.125, 12);
  expect(cheap?.against?.tokenRatio.value).toBeCloseTo(0.25, 12);
  expect(cheap?.against?.tokenRatio.high).toBeCloseTo(0.25, 6);
  // One query of four differs: either sign is as likely.
  expect(cheap?.against?.pValue).toBe(1);
});

test('scores stay in [0, 1] with their intervals', () => {
  for (const { score } of compareVariants(trials, 'aflow')) {
    expect(score.low).toBeGreaterThanOrEqual(0);
    expect(score.high).toBeLessThanOrEqual(1);
    expect(score.low).toBeLessThanOrEqual(score.value);
  }
});

test('queries that do not match are refused', () => {
  expect(() => compareVariants([trial('aflow', 1, 1, half), trial('cheap', 1, 1, [1])], 'aflow')).toThrow(RangeError);
});

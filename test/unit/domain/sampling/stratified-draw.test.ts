import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../../../../services/domain/random.ts';
import { type DifficultyBin, difficultyBins } from '../../../../services/domain/sampling/difficulty-bins.ts';
import { binProbabilities, sampleSize, stratifiedDraw } from '../../../../services/domain/sampling/stratified-draw.ts';

describe('the size of a sample', () => {
  test.each([
    [0.03, 264, 8],
    [0.01, 33, 1],
    [0.001, 33, 1],
    [1, 33, 33],
    [2, 33, 33],
    [0.5, 1, 1],
  ])('rho %d of %d queries is %d', (ratio, queryCount, size) => {
    expect(sampleSize({ fewShotRatio: ratio }, queryCount)).toBe(size);
  });
});

describe('the probability of a bin', () => {
  test('is the softmax of gamma times its count, by hand', () => {
    const [small, large] = binProbabilities([1, 3], 0.5);
    expect(small).toBeCloseTo(1 / (1 + Math.E), 12);
    expect(large).toBeCloseTo(Math.E / (1 + Math.E), 12);
  });

  test('is 0 for an empty bin, which the formula alone would give weight', () => {
    expect(binProbabilities([0, 2, 0, 2], 0.1)).toEqual([0, 0.5, 0, 0.5]);
    expect(binProbabilities([0, 5], 0)).toEqual([0, 1]);
  });

  test('does not overflow where exp(gamma n) would', () => {
    expect(binProbabilities([1000, 2000], 10)).toEqual([0, 1]);
    expect(binProbabilities([2000, 2000], 10)).toEqual([0.5, 0.5]);
  });
});

const scoresArbitrary = fc.array(
  fc.integer({ min: 0, max: 3 }).map((n) => n / 3),
  { minLength: 1, maxLength: 60 },
);
const gammaArbitrary = fc.constantFrom(0, 0.01, 0.1, 1, 10, 100);

describe('a draw', () => {
  test('takes as many queries as asked, none twice, and says truly what it took from where', () => {
    const property = fc.property(scoresArbitrary, fc.double({ min: 0.01, max: 1, noNaN: true }), gammaArbitrary, fc.nat(), check);
    fc.assert(property);

    function check(scores: number[], ratio: number, gamma: number, seed: number): void {
      const bins = difficultyBins(scores, 10);
      const size = sampleSize({ fewShotRatio: ratio }, scores.length);
      const { queryIndexes, strata } = stratifiedDraw(bins, size, gamma, randomStream(seed));
      expect(queryIndexes).toHaveLength(size);
      expect(new Set(queryIndexes).size).toBe(size);
      expect(strata.map(({ drawn }) => drawn)).toEqual(
        bins.map(({ queries }) => queryIndexes.filter((q) => queries.includes(q)).length),
      );
      expect(strata.map(({ queries }) => queries)).toEqual(bins.map(({ queries }) => queries.length));
      expect(strata.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
      for (const { queries, probability } of strata) if (queries === 0) expect(probability).toBe(0);
    }
  });

  test('goes on in the other bins when one has run out, however small their probability was', () => {
    const bins = difficultyBins([...Array.from({ length: 50 }, () => 1), 0, 0], 10);
    const { queryIndexes, strata } = stratifiedDraw(bins, 52, 100, randomStream(1));
    expect(strata[0]?.probability).toBe(0);
    expect([...queryIndexes].sort((a, b) => a - b)).toEqual(Array.from({ length: 52 }, (_, query) => query));
  });

  test('never asks for more than there is', () => {
    expect(stratifiedDraw(difficultyBins([1, 0], 10), 5, 0.1, randomStream(1)).queryIndexes).toHaveLength(2);
  });

  test('takes bins as often as their probabilities say', () => {
    const bins: DifficultyBin[] = difficultyBins([0, 0.5, 0.5, 1, 1, 1], 4);
    const expected = binProbabilities([1, 0, 2, 3], 0.5);
    const hits = [0, 0, 0, 0];
    const draws = 4000;
    for (let draw = 0; draw < draws; draw += 1) {
      const { strata } = stratifiedDraw(bins, 1, 0.5, randomStream(7, 'draw', draw));
      const bin = strata.findIndex(({ drawn }) => drawn === 1);
      hits[bin] = (hits[bin] ?? 0) + 1;
    }
    // Four standard errors of a share of one half in 4000 draws.
    for (const [bin, share] of expected.entries()) expect(Math.abs((hits[bin] ?? 0) / draws - share)).toBeLessThan(0.032);
  });

  test('takes every query of a bin equally often', () => {
    const hits = [0, 0, 0, 0];
    for (let draw = 0; draw < 4000; draw += 1) {
      const [query] = stratifiedDraw(difficultyBins([1, 1, 1, 1], 2), 1, 1, randomStream(8, draw)).queryIndexes;
      hits[query ?? 0] = (hits[query ?? 0] ?? 0) + 1;
    }
    for (const count of hits) expect(Math.abs(count / 4000 - 0.25)).toBeLessThan(0.032);
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { difficultyBins, undividedBin } from '../../../../services/domain/sampling/difficulty-bins.ts';

test('queries fall into equal intervals of their mean score, and 1 into the last', () => {
  const bins = difficultyBins([0, 0.1, 0.5, 0.99, 1, 0.05], 10);
  expect(bins.map(({ queries }) => queries)).toEqual([[0, 5], [1], [], [], [], [2], [], [], [], [3, 4]]);
  expect(bins[0]).toMatchObject({ low: 0, high: 0.1 });
  expect(bins[9]).toMatchObject({ low: 0.9, high: 1 });
});

test('bounds are met to the last bit, where score times count rounds the other way', () => {
  expect(difficultyBins([0.8999999999999999], 10)[8]?.queries).toEqual([0]);
  expect(difficultyBins([0.29], 100)[29]?.queries).toEqual([0]);
});

test('every query is in the one bin whose bounds hold its score', () => {
  const score = fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.integer({ min: 0, max: 100 }).map((n) => n / 100),
  );
  fc.assert(
    fc.property(fc.array(score), fc.integer({ min: 1, max: 100 }), (scores, count) => {
      const bins = difficultyBins(scores, count);
      expect(bins.flatMap(({ queries }) => queries).sort((a, b) => a - b)).toEqual(scores.map((_, query) => query));
      for (const [index, { low, high, queries }] of bins.entries()) {
        for (const query of queries) {
          expect(scores[query]).toBeGreaterThanOrEqual(low);
          if (index < count - 1) expect(scores[query]).toBeLessThan(high);
        }
      }
    }),
  );
});

test('permuting the queries permutes the bins and nothing else', () => {
  const permutation = fc
    .array(
      fc.integer({ min: 0, max: 10 }).map((n) => n / 10),
      { minLength: 1, maxLength: 40 },
    )
    .chain((scores) =>
      fc.record({
        scores: fc.constant(scores),
        order: fc.shuffledSubarray(
          scores.map((_, query) => query),
          { minLength: scores.length },
        ),
      }),
    );
  fc.assert(
    fc.property(permutation, ({ scores, order }) => {
      const before = difficultyBins(scores, 10);
      const after = difficultyBins(
        order.map((query) => scores[query] as number),
        10,
      );
      const sorted = (queries: readonly number[]): number[] => [...queries].sort((a, b) => a - b);
      expect(after.map(({ queries }) => sorted(queries.map((query) => order[query] as number)))).toEqual(
        before.map(({ queries }) => sorted(queries)),
      );
    }),
  );
});

test('without knowledge there is one bin', () => {
  expect(undividedBin(3)).toEqual([{ low: 0, high: 1, queries: [0, 1, 2] }]);
});

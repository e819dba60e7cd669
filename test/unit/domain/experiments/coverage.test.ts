import fc from 'fast-check';
import { expect, test } from 'vitest';
import { competitionRanks, covered, denseRanks } from '../../../../services/domain/experiments/coverage.ts';
import {
  type CoverageTrial,
  coverageTable,
  coverageValues,
  describeCoverage,
  rankTable,
} from '../../../../services/domain/experiments/coverage-table.ts';

test('a query is covered if one try reaches the threshold', () => {
  const tries = [
    [1, 0, 0.4],
    [0, 0, 0.6],
  ];
  expect(covered(tries, 0.5)).toEqual([1, 0, 1]);
  expect(covered(tries, 1)).toEqual([1, 0, 0]);
});

test('competition ranks leave gaps behind equals, dense ranks do not', () => {
  const tries = [[1], [1], [0.5], [0]];
  expect(competitionRanks(tries)).toEqual([[1], [1], [3], [4]]);
  expect(denseRanks(tries)).toEqual([[1], [1], [2], [3]]);
});

test('whatever the scores: somebody is first, and dense ranks are at most competition ranks', () => {
  const matrix = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 6 })).chain(([workflows, queries]) =>
    fc.array(fc.array(fc.constantFrom(0, 0.5, 1), { minLength: queries, maxLength: queries }), {
      minLength: workflows,
      maxLength: workflows,
    }),
  );
  fc.assert(
    fc.property(matrix, (tries) => {
      const [competition, dense] = [competitionRanks(tries), denseRanks(tries)];
      for (const query of (tries[0] ?? []).keys()) {
        expect(Math.min(...dense.map((row) => row[query] ?? 0))).toBe(1);
        for (const [place, row] of dense.entries()) expect(row[query]).toBeLessThanOrEqual(competition[place]?.[query] ?? 0);
      }
    }),
    { seed: 1 },
  );
});

const trial = (benchmark: string, seed: number): CoverageTrial => ({
  benchmark,
  seed,
  top: [
    [1, 1, 0, 0],
    [0, 1, 1, 0],
  ],
  repeats: [
    [1, 1, 0, 0],
    [1, 0, 0, 0],
  ],
  queryLevel: [
    [1, 1, 1, 0],
    [1, 1, 1, 1],
  ],
});

test("Table 1 has ours with the paper's row below it, which has no coverage of the query-level method", () => {
  const values = coverageValues([trial('gsm8k', 1), trial('gsm8k', 2), trial('sums', 1)], 0.5);
  const { rows } = coverageTable(values);
  expect(rows.map(({ name, source }) => [name, source])).toEqual([
    ['gsm8k', 'ours'],
    ['gsm8k', 'paper'],
    ['sums', 'ours'],
  ]);
  expect(rows[0]?.cells.map((cell) => cell?.value)).toEqual([50, 50, 75, 37.5, 50, 87.5, 100]);
  expect(rows[1]?.cells.map((cell) => cell?.value)).toEqual([96.58, 95.89, 97.35, 96.17, 96.87, 97.79, undefined]);
});

test('the findings tell the unfair comparison from the fair one', () => {
  const [unfair, fair] = describeCoverage(coverageValues([trial('sums', 1)], 0.5));
  expect(unfair).toMatch(/five tries against one.*performance \(−12\.5 points/);
  expect(fair).toMatch(/five against five|five tries against five/);
  expect(fair).toContain('own coverage of five (−25.0 points');
});

test('ranks of the best workflows are means over queries; a search with fewer has fewer', () => {
  const one = { ...trial('sums', 2), top: [[1, 1, 0, 0]] };
  const { rows } = rankTable([trial('sums', 1), one]);
  expect(rows.map(({ cells }) => cells.map((cell) => cell?.value))).toEqual([
    [(1.25 + 1) / 2, 1.25],
    [(1.25 + 1) / 2, 1.25],
  ]);
});

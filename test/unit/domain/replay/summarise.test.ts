import { expect, test } from 'vitest';
import type { Measures } from '../../../../services/domain/replay/measure.ts';
import { summarise } from '../../../../services/domain/replay/summarise.ts';

const unknown = {
  withinOnePoint: undefined,
  cost: undefined,
  spent: 0.2,
  pickSteps: undefined,
  meanAbsoluteError: undefined,
  pearson: undefined,
  spearman: undefined,
  diffCos: undefined,
  workingMeanAbsoluteError: undefined,
  workingPearson: undefined,
  workingSpearman: undefined,
  workingDiffCos: undefined,
};
const regrets = (...values: (number | undefined)[]): Measures[] => values.map((regret) => ({ ...unknown, regret }));

test('sources weigh the same, however many searches they have', () => {
  const { pooled, bySource } = summarise(
    [
      { source: 'a', measures: regrets(1, 1) },
      { source: 'b', measures: regrets(2, 4) },
      { source: 'b', measures: regrets(5, 5) },
      { source: 'b', measures: regrets(undefined, undefined) },
    ],
    1,
  );
  expect(bySource.get('b')?.regret?.mean).toBe(4);
  expect(pooled.regret?.mean).toBe(2.5);
  expect(pooled.pearson).toBeUndefined();
});

test('an interval holds the mean, and narrows as seeds are added', () => {
  const width = (seeds: number) => {
    const values = Array.from({ length: seeds }, (_, seed) => (seed % 4 === 0 ? 8 : 0));
    const regret = summarise([{ source: 'a', measures: regrets(...values) }], 1).pooled.regret;
    expect(regret?.mean).toBe(2);
    expect(regret?.low).toBeLessThan(2);
    expect(regret?.high).toBeGreaterThan(2);
    return (regret?.high ?? 0) - (regret?.low ?? 0);
  };
  // 16 independent seeds: a standard error of sqrt(12 / 16), so a width near 3.4.
  expect(width(16)).toBeGreaterThan(2.5);
  expect(width(16)).toBeLessThan(4.5);
});

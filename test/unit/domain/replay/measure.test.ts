import { expect, test } from 'vitest';
import { measure } from '../../../../services/domain/replay/measure.ts';
import { prepareSearch } from '../../../../services/domain/replay/replay-search.ts';

/** Truths .2, .8, .9 and .895: the first is broken, the last within a point of the best. */
const search = prepareSearch({
  source: 'made up',
  name: 'made up',
  queryCount: 1,
  workflows: [0.2, 0.8, 0.9, 0.895].map((score, index) => ({ round: index + 1, parentRound: 0, repeats: [[score]] })),
});
const evaluations = [0.3, 0.7, 0.9, 0.995].map((score) => ({ method: 'x', score, executions: 1 }));
const replayed = { evaluations, warmUpRounds: 0, pickSteps: undefined, executions: 2 };

test('regret is in points, and a point is near enough', () => {
  expect(measure(search, { ...replayed, picked: 1 }, 0).regret).toBeCloseTo(10, 9);
  expect(measure(search, { ...replayed, picked: 1 }, 0).withinOnePoint).toBe(0);
  expect(measure(search, { ...replayed, picked: 3 }, 0).regret).toBeCloseTo(0.5, 9);
  expect(measure(search, { ...replayed, picked: 3 }, 0).withinOnePoint).toBe(1);
  expect(measure(search, { ...replayed, picked: undefined }, 0).regret).toBeUndefined();
});

test('broken workflows count in one error and not in the other, and the warm-up in neither', () => {
  const all = measure(search, { ...replayed, picked: undefined }, 0);
  expect(search.working).toEqual([false, true, true, true]);
  expect(all.meanAbsoluteError).toBeCloseTo((0.1 + 0.1 + 0 + 0.1) / 4, 12);
  expect(all.workingMeanAbsoluteError).toBeCloseTo(0.2 / 3, 12);
  expect(measure(search, { ...replayed, picked: undefined }, 2).meanAbsoluteError).toBeCloseTo(0.05, 12);
  expect(all.spent).toBe(0.5);
});

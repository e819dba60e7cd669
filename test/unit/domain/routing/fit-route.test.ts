import { describe, expect, test } from 'vitest';
import { foldsOf } from '../../../../services/domain/routing/choose-route.ts';
import { defaultRouteSettings, fitRoute, testFold } from '../../../../services/domain/routing/fit-route.ts';
import type { RoutingMatrix } from '../../../../services/domain/routing/routing-matrix.ts';
import { madeUpMatrix } from './made-up-matrix.ts';

const settings = { ...defaultRouteSettings, partitions: 1 };

/** Agreement tells hard queries from easy ones, and a second cheap answer costs a twelfth of a dear one. */
const paying = (seed: number): RoutingMatrix =>
  madeUpMatrix({
    ...{ seed, queries: 300, executions: 2, textsTell: false, sameWrong: 0 },
    workflows: [
      { easy: 0.95, hard: 0.1, cost: 1 },
      { easy: 0.95, hard: 0.9, cost: 12 },
    ],
  });

/** Whoever answers is as likely to be right on every query, and nearly as dear. */
const alike = (seed: number): RoutingMatrix =>
  madeUpMatrix({
    ...{ seed, queries: 200, executions: 2, textsTell: false, sameWrong: 1 },
    workflows: [
      { easy: 0.7, hard: 0.7, cost: 1 },
      { easy: 0.85, hard: 0.85, cost: 1.2 },
    ],
  });

test('routing pays where a cheap second answer tells the queries that need the dear workflow', () => {
  const { verdict, route, chosen } = fitRoute(paying(1), settings);
  expect(verdict).toMatchObject({ pays: true, serves: 'route' });
  expect(verdict.costShare).toBeLessThan(0.7);
  expect(verdict.difference.low).toBeGreaterThanOrEqual(-0.01);
  expect(route.steps.map(({ workflow, check }) => [workflow, check?.estimator, check?.second])).toEqual([
    [0, 'agreement', 0],
    [1, undefined, undefined],
  ]);
  expect(chosen[0]?.text).toBe('round 1 → round 2 by agreement with round 1');
});

test('it does not pay where nothing tells the queries apart, and the policy is then the best workflow alone', () => {
  for (const seed of [1, 2]) {
    const { verdict, route } = fitRoute(alike(seed), settings);
    expect(verdict).toMatchObject({ pays: false, serves: 'best' });
    expect(route.steps).toEqual([{ workflow: 1 }]);
  }
});

test('a cheaper workflow that does as well is served alone, and that is not called routing', () => {
  const matrix = madeUpMatrix({
    ...{ seed: 4, queries: 400, executions: 1, textsTell: false, sameWrong: 1 },
    workflows: [
      { easy: 1, hard: 1, cost: 1 },
      { easy: 1, hard: 1, cost: 10 },
    ],
  });
  const spoiled = matrix.workflows.map((workflow, place) =>
    place === 0 ? { ...workflow, trials: workflow.trials.with(0, [{ score: 0, cost: 1, answer: 'wrong' }]) } : workflow,
  );
  const { verdict, route, best } = fitRoute({ ...matrix, workflows: spoiled }, settings);
  expect(best).toBe(1);
  expect(verdict).toMatchObject({ pays: false, serves: 'cheaper' });
  expect(route.steps).toEqual([{ workflow: 0 }]);
});

test('the same matrix and seed give the same report; too few queries are refused', () => {
  const made = (): RoutingMatrix =>
    madeUpMatrix({
      ...{ seed: 2, queries: 50, executions: 2, textsTell: true, sameWrong: 0.5 },
      workflows: [1, 3, 9].map((cost) => ({ easy: 0.9, hard: 0.1 * cost, cost })),
    });
  expect(JSON.stringify(fitRoute(made(), settings))).toBe(JSON.stringify(fitRoute(made(), settings)));
  const few = madeUpMatrix({
    seed: 1,
    queries: 19,
    executions: 1,
    textsTell: false,
    sameWrong: 1,
    workflows: [{ easy: 1, hard: 1, cost: 1 }],
  });
  expect(() => fitRoute(few, settings)).toThrow('20 queries or more, and these are 19');
});

describe('leakage', () => {
  const matrix = madeUpMatrix({
    ...{ seed: 9, queries: 100, executions: 1, textsTell: true, sameWrong: 0.5 },
    workflows: [
      { easy: 0.9, hard: 0.2, cost: 1 },
      { easy: 0.9, hard: 0.7, cost: 6 },
    ],
  });
  const [test0 = []] = foldsOf([...matrix.queries.keys()], 5);
  const rest = [...matrix.queries.keys()].filter((place) => !test0.includes(place));

  /** The outcome of every tested query is another one; what is done with the queries must not be. */
  const flipped: RoutingMatrix = {
    ...matrix,
    workflows: matrix.workflows.map((workflow) => ({
      ...workflow,
      trials: workflow.trials.map((some, query) =>
        test0.includes(query) ? some.map((trial) => ({ ...trial, score: 1 - trial.score })) : some,
      ),
    })),
  };

  test('a tested query’s own outcome changes neither what is chosen nor which way it goes', () => {
    const fold = { train: rest, test: test0 };
    const [one, other] = [testFold(matrix, fold, settings), testFold(flipped, fold, settings)];
    expect(other.shape).toEqual(one.shape);
    expect(other.outcomes.steps).toEqual(one.outcomes.steps);
    expect(other.outcomes.costs).toEqual(one.outcomes.costs);
    expect(other.outcomes.scores).not.toEqual(one.outcomes.scores);
  });

  test('planted: a fold that learns from what it tests is refused, since it would see that outcome', () => {
    const leaking = { train: [...rest, ...test0.slice(0, 1)], test: test0 };
    expect(() => testFold(matrix, leaking, settings)).toThrow('query q0 is in the part that is learned from');
  });
});

test('on noise, what the best workflow seems to reach is not what is reported', () => {
  // Eight workflows that are one and the same: the best of them looks better than it is.
  const optimism = [1, 2, 3, 4].map((seed) => {
    const { verdict, alone, best } = fitRoute(
      madeUpMatrix({
        ...{ seed, queries: 40, executions: 1, textsTell: false, sameWrong: 0.5 },
        workflows: Array.from({ length: 8 }, (_, place) => ({ easy: 0.6, hard: 0.6, cost: 1 + 0.1 * place })),
      }),
      { ...settings, workflows: 3 },
    );
    return (alone[best]?.score ?? 0) - verdict.bestScore;
  });
  expect(optimism.reduce((sum, value) => sum + value, 0) / optimism.length).toBeGreaterThan(0.03);
});

import { expect, test } from 'vitest';
import { ceilingOf } from '../../../../services/domain/routing/ceiling.ts';
import { type RoutingMatrix, turnsOf } from '../../../../services/domain/routing/routing-matrix.ts';

const trials = (rows: readonly (readonly number[])[]) => rows.map((some) => some.map((score) => ({ score, cost: 1 })));

test('the union over different workflows less that over as many repeats of the best, worked out by hand', () => {
  const matrix: RoutingMatrix = {
    queries: ['a', 'b', 'c', 'd'].map((id) => ({ id, text: id })),
    workflows: [
      // Right on a always, on b every other time, on c and d never.
      {
        name: 'best',
        hash: 'best',
        trials: trials([
          [1, 1],
          [1, 0],
          [0, 0],
          [0, 0],
        ]),
      },
      // Right on c alone.
      {
        name: 'other',
        hash: 'other',
        trials: trials([
          [0, 0],
          [0, 0],
          [1, 1],
          [0, 0],
        ]),
      },
    ],
  };
  const all = [0, 1, 2, 3];
  const ceiling = ceilingOf(matrix, [{ train: all, test: all }], 5);
  // Different: a always, b half of the time, c always: 2.5 of 4. Two executions of the best: a and b: 2 of 4.
  expect(ceiling).toMatchObject({ tries: 2, different: 0.625, repeats: 0.5, gain: { difference: 0.125 } });
});

test('a best workflow that was executed once has no ceiling', () => {
  const matrix: RoutingMatrix = {
    queries: [{ id: 'a', text: '' }],
    workflows: [
      { name: 'one', hash: 'one', trials: trials([[1]]) },
      { name: 'two', hash: 'two', trials: trials([[0, 1]]) },
    ],
  };
  expect(ceilingOf(matrix, [{ train: [0], test: [0] }], 5)).toBeUndefined();
});

test('a matrix may have more queries than a function takes arguments', () => {
  const queries = Array.from({ length: 70_000 }, (_, place) => ({ id: `q${place}`, text: '' }));
  const twice = trials(queries.map(() => [1, 0]));
  const workflows = ['one', 'two'].map((name) => ({ name, hash: name, trials: twice }));
  const all = [...queries.keys()];
  expect(turnsOf({ queries, workflows })).toBe(2);
  const folds = [
    { train: all, test: all.slice(1) },
    { train: all, test: all.slice(0, 1) },
  ];
  expect(ceilingOf({ queries, workflows }, folds, 5)).toMatchObject({ tries: 2, different: 0.5, repeats: 1 });
});

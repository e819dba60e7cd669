import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Axis, describeCell, expandMatrix, type Matrix } from '../../../../services/domain/sweep/expand-matrix.ts';

const axis = (name: string, ...values: readonly unknown[]): Axis => ({
  name,
  path: name,
  values: values.map((value) => ({ label: String(value), assignments: { [name]: value } })),
});
const models: Axis = {
  name: 'models',
  values: ['small', 'large'].map((label) => ({
    label,
    assignments: { 'models.executor.model': label, 'models.optimizer.model': 'o' },
  })),
};
const matrix = (axes: readonly Axis[], more: Partial<Matrix> = {}): Matrix => ({ axes, exclude: [], include: [], ...more });
const cellsOf = (given: Matrix) => {
  const { cells, faults } = expandMatrix(given);
  expect(faults).toEqual([]);
  return cells.map(describeCell);
};
const faultsOf = (given: Matrix) => expandMatrix(given).faults.map(({ message }) => message);

test('the cells are all combinations, the first axis slowest, each with the settings of its values', () => {
  const given = matrix([axis('a', 1, 2), models]);
  expect(cellsOf(given)).toEqual(['a 1, models small', 'a 1, models large', 'a 2, models small', 'a 2, models large']);
  expect(expandMatrix(given).cells[1]?.set).toEqual([
    { path: 'a', value: 1, field: 'matrix.a' },
    { path: 'models.executor.model', value: 'large', field: 'matrix.models' },
    { path: 'models.optimizer.model', value: 'o', field: 'matrix.models' },
  ]);
});

test('an exclusion takes away what has all of its values, and a list stands for each of them', () => {
  const axes = [axis('a', 1, 2, 3), axis('b', 'x', 'y')];
  expect(cellsOf(matrix(axes, { exclude: [{ a: ['1', '2'], b: ['x'] }] }))).toEqual([
    'a 1, b y',
    'a 2, b y',
    'a 3, b x',
    'a 3, b y',
  ]);
});

test('an inclusion is combined with the axes that it does not name, may have new values, and other settings', () => {
  const axes = [axis('a', 1), axis('seed', 1, 2)];
  const include = [{ a: [7], 'search.max_rounds': [30] }];
  expect(cellsOf(matrix(axes, { include })).slice(2)).toEqual([
    'a 7, seed 1, search.max_rounds 30',
    'a 7, seed 2, search.max_rounds 30',
  ]);
  const { cells } = expandMatrix(matrix(axes, { include }));
  expect(cells[2]?.set.map(({ field }) => field)).toEqual(['include.0', 'matrix.seed', 'include.0']);
});

test('no matrix is one cell, and only inclusions are only these', () => {
  expect(cellsOf(matrix([]))).toEqual(['the only cell']);
  expect(cellsOf(matrix([], { include: [{ seed: [1, 2] }] }))).toEqual(['seed 1', 'seed 2']);
});

describe('all that is wrong is told:', () => {
  const axes = [axis('a', 1, 2), models];
  test.each<[string, Matrix, string]>([
    ['an axis without a value', matrix([axis('a')]), 'matrix.a has no value'],
    ['a value that comes twice', matrix([axis('a', 1, 1)]), 'matrix.a names 1 twice'],
    [
      'two axes that set the same',
      matrix([models, axis('models.executor', 1)]),
      'matrix.models.executor and matrix.models both set',
    ],
    ['an exclusion of an unknown axis', matrix(axes, { exclude: [{ b: ['1'] }] }), 'exclude.0.b is no axis of the matrix'],
    [
      'an exclusion of an unknown value',
      matrix(axes, { exclude: [{ a: ['9'] }] }),
      'exclude.0.a names 9, which matrix.a does not have',
    ],
    [
      'one that excludes nothing',
      matrix(axes, { exclude: [{ a: ['1'] }, { a: [] }] }),
      'exclude.1 excludes no cell of the matrix',
    ],
    ['one that says nothing', matrix(axes, { exclude: [{}] }), 'exclude.0 says nothing'],
    ['exclusions of everything', matrix(axes, { exclude: [{ a: ['1', '2'] }] }), 'exclude leaves no cell of the matrix'],
    [
      'an inclusion of what is there',
      matrix(axes, { include: [{ a: [1], models: ['small'] }] }),
      'include.0 adds a 1, models small, which',
    ],
    ['the same inclusion twice', matrix(axes, { include: [{ a: [9] }, { a: [9] }] }), 'which is in include.0 already'],
    ['an inclusion of an unknown name', matrix(axes, { include: [{ models: ['medium'] }] }), 'include.0.models names medium'],
    [
      'too many cells',
      matrix(['a', 'b', 'c'].map((name) => axis(name, ...Array(30).keys()))),
      '27000 cells, and a sweep has at most 10000',
    ],
  ])('%s', (_, given, fault) => {
    expect(faultsOf(given).join('\n')).toContain(fault);
  });

  test('several at once', () => {
    const given = matrix([axis('a', 1, 1), axis('b')], { exclude: [{ c: ['1'] }, { a: ['5'] }] });
    expect(faultsOf(given).length).toBeGreaterThanOrEqual(4);
  });
});

test('no two cells are the same, and without exclusions there are as many as the product of the axes', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(sizes, (given) => {
      const cells = cellsOf(matrix(given.map((size, place) => axis(`a${place}`, ...Array(size).keys()))));
      expect(new Set(cells).size).toBe(given.reduce((product, size) => product * size, 1));
    }),
  );
});

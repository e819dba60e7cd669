import { expect, test } from 'vitest';
import { nearestTexts, textIndexOf } from '../../../../services/domain/routing/text-index.ts';

const index = textIndexOf([
  'Tom buys 3 apples and 5 pears.',
  'A train leaves the station at 10 o’clock.',
  'Ann buys 12 apples.',
  '',
]);

test('the same text is as near as can be, and one that shares no term is not near at all', () => {
  const [first, ...others] = nearestTexts(index, 'Tom buys 3 apples and 5 pears.', 10);
  expect(first?.place).toBe(0);
  expect(first?.similarity).toBeCloseTo(1, 10);
  expect(others.map(({ place }) => place)).toEqual([2, 1]);
  expect(nearestTexts(index, 'quark', 10)).toEqual([]);
  expect(nearestTexts(index, '', 10)).toEqual([]);
});

test('numbers count by their length, case does not count', () => {
  const [first] = nearestTexts(index, 'ANN BUYS 99 APPLES.', 1);
  expect(first).toEqual({ place: 2, similarity: expect.closeTo(1, 10) });
});

test('an index survives being written as JSON', () => {
  const again = JSON.parse(JSON.stringify(index)) as typeof index;
  expect(nearestTexts(again, 'apples at the station', 3)).toEqual(nearestTexts(index, 'apples at the station', 3));
});

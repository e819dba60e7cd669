import { expect, test } from 'vitest';
import { countOf, nounFor } from '../../../../services/domain/names/count-of.ts';

test.each([
  [0, 'query', '0 queries'],
  [1, 'query', '1 query'],
  [2, 'query', '2 queries'],
  [2, 'more query', '2 more queries'],
  [2, 'day', '2 days'],
  [1, 'test score', '1 test score'],
  [3, 'test score', '3 test scores'],
])('%d and "%s" are %s', (count, noun, expected) => {
  expect(countOf(count, noun)).toBe(expected);
  expect(`${count} ${nounFor(count, noun)}`).toBe(expected);
});

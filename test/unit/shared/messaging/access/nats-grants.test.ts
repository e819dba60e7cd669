import { expect, test } from 'vitest';
import { covers, overlaps } from '../../../../../services/shared/messaging/access/nats-grants.ts';

test.each([
  ['a.b', 'a.b', true],
  ['a.*', 'a.b', true],
  ['a.*', 'a.*', true],
  ['a.b', 'a.*', false],
  ['a.*', 'a.>', false],
  ['a.>', 'a.*', true],
  ['a.>', 'a.b.>', true],
  ['a.>', 'a', false],
  ['>', 'a', true],
  ['a.*.c', 'a.b', false],
  ['a.*', 'a.b.c', false],
])('the subjects of %s include those of %s: %s', (wide, narrow, expected) => {
  expect(covers(wide, narrow)).toBe(expected);
});

test.each([
  ['a.b', 'a.*', true],
  ['a.*.c', 'a.b.*', true],
  ['a.>', 'a.b.c', true],
  ['a.>', 'b.>', false],
  ['a.b', 'a.b.c', false],
  ['*', 'a.b', false],
  ['results.v1.>', 'results.v1.run.*', true],
])('%s and %s have a subject in common: %s', (one, other, expected) => {
  expect(overlaps(one, other)).toBe(expected);
  expect(overlaps(other, one)).toBe(expected);
});

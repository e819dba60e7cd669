import { expect, test } from 'vitest';
import { defined } from '../../../services/domain/defined.ts';

test('keeps fields in their order, null and falsy ones too, and leaves out those that are undefined', () => {
  const kept = defined({ b: 0, a: undefined, d: null, c: '', e: false });
  expect(Object.entries(kept)).toEqual([
    ['b', 0],
    ['d', null],
    ['c', ''],
    ['e', false],
  ]);
});

test('a field of the name __proto__ stays a field', () => {
  const kept = defined(JSON.parse('{"__proto__": {"owned": true}, "a": 1}'));
  expect(Object.keys(kept)).toEqual(['__proto__', 'a']);
  expect('owned' in kept).toBe(false);
  expect(Object.getPrototypeOf(kept)).toBe(Object.prototype);
});

import { expect, it } from 'vitest';
import { defined } from '../../../services/domain/defined.ts';

it('leaves out what is undefined and nothing else, and keeps the order', () => {
  const fields = { first: 0, second: undefined, third: '', fourth: false, fifth: null };
  expect(JSON.stringify(defined(fields))).toBe('{"first":0,"third":"","fourth":false,"fifth":null}');
  expect('second' in defined(fields)).toBe(false);
});

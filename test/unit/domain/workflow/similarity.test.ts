import { expect, test } from 'vitest';
import { difference, similarity } from '../../../../services/domain/workflow/similarity.ts';
import { madeUpWorkflow } from '../search/made-up-world.ts';

const base = madeUpWorkflow('one two three four');

test('what differs only in names, capitals and punctuation is the same to 1', () => {
  expect(similarity(base, madeUpWorkflow('One two, three four.'))).toBe(1);
  expect(difference(base, madeUpWorkflow('One two, three four.'))).toBe(0);
});

test('another last word changes the three runs that it is in, on both sides', () => {
  // "two three four", "three four ]" and "four ] ]" are gone; "two three five", "three five ]" and "five ] ]" have come.
  const other = madeUpWorkflow('one two three five');
  expect(difference(base, other)).toBe(6);
  expect(difference(other, base)).toBe(6);
});

test('similarity is the share of all runs that both have', () => {
  // Words of their own, so that each run is there once: with n words before it, the last one changes 3 of n + c runs.
  const long = (last: string) => madeUpWorkflow(`${Array.from({ length: 94 }, (_, place) => `w${place}`).join(' ')} ${last}`);
  const shorter = (last: string) => madeUpWorkflow(`w0 ${last}`);
  const runs = (share: number) => (3 * (1 + share)) / (1 - share);
  // From (n - 3) / (n + 3) follows n; 93 words more are 93 runs more.
  expect(runs(similarity(long('a'), long('b'))) - runs(similarity(shorter('a'), shorter('b')))).toBeCloseTo(93);
  expect(similarity(long('a'), madeUpWorkflow('nothing of that'))).toBeLessThan(0.4);
});

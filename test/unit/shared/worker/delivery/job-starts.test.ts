import { expect, test } from 'vitest';
import { crashedStarts } from '../../../../../services/shared/worker/delivery/job-starts.ts';

const start = (delivery: number, leader = 'a', givenBack = false) => ({ delivery, worker: 'w', leader, givenBack });

test('starts without an end count, and the first delivery with them, of which there is no note', () => {
  expect(crashedStarts([], 1, 'a', true)).toBe(0);
  expect(crashedStarts([], 2, 'a', true)).toBe(1);
  expect(crashedStarts([start(2)], 3, 'a', true)).toBe(2);
  expect(crashedStarts([start(2), start(3)], 4, 'a', true)).toBe(3);
});

test('deliveries that were given back, or that nobody began, do not', () => {
  const back = [1, 2, 3, 4].map((delivery) => start(delivery, 'a', true));
  expect(crashedStarts(back, 5, 'a', true)).toBe(0);
  expect(crashedStarts([...back, start(7)], 40, 'a', true)).toBe(1);
  // Acknowledgements got lost on their way, or deliveries on theirs.
  expect(crashedStarts([], 40, 'a', true)).toBe(1);
});

test('nor do starts that ended together with the coordinator of their time', () => {
  expect(crashedStarts([start(2, 'a'), start(3, 'b'), start(4, 'c')], 5, 'd', false)).toBe(0);
  expect(crashedStarts([start(2, 'd'), start(3, 'd')], 4, 'd', false), 'the first was begun under another').toBe(2);
  expect(crashedStarts([start(2, 'a'), start(3, 'd'), start(4, 'd')], 5, 'd', true)).toBe(3);
});

test('nor those of a queue that was made anew and counts from 1 again', () => {
  expect(crashedStarts([start(2), start(3), start(4)], 2, 'a', true)).toBe(1);
});

test('nor those that are still under way in the worker that asks, since it lives', () => {
  expect(crashedStarts([start(2), start(3)], 4, 'a', true, (delivery) => delivery === 3)).toBe(2);
  expect(crashedStarts([start(2)], 3, 'a', true, (delivery) => delivery < 3)).toBe(0);
});

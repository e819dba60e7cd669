import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sayWhileWaiting } from '../../../../services/cli/progress/say-while-waiting.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('work that takes long says what is waited for after ten seconds and every thirty from then on, with what is true by then', async () => {
  const said: string[] = [];
  const work = Promise.withResolvers<string>();
  let holder = 7;
  const describe = () => ({ what: `process ${holder} holds .scale`, until: 'it is waited for' });
  const outcome = sayWhileWaiting((message) => said.push(message), describe, work.promise);
  vi.advanceTimersByTime(9_500);
  expect(said).toEqual([]);
  vi.advanceTimersByTime(1_000);
  holder = 8;
  vi.advanceTimersByTime(31_000);
  expect(said).toEqual([
    'Waiting for 10 s: process 7 holds .scale. It is waited for.',
    'Waiting for 40 s: process 8 holds .scale. It is waited for.',
  ]);
  work.resolve('done');
  expect(await outcome).toBe('done');
  vi.advanceTimersByTime(60_000);
  expect(said).toHaveLength(2);
});

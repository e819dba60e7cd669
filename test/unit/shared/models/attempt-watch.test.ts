import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchAttempt } from '../../../../services/shared/models/attempt-watch.ts';
import { endpointSettings } from '../../../../services/shared/models/endpoint-settings.ts';

const never = new AbortController().signal;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watch(timeoutMs: number, streamed = true) {
  const endpoint = { model: 'm', baseUrl: 'http://a/v1', apiKeyVariable: '', maxConcurrency: 1, timeoutMs };
  return watchAttempt(endpointSettings(endpoint, {}), never, { streamed, nowMs: () => Date.now() });
}

test('the first token may take as long as the call, and who gives up says which setting to raise', () => {
  using waiting = watch(300_000);
  vi.advanceTimersByTime(299_000);
  expect(waiting.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1_000);
  const message = 'http://a/v1: no token within 300 s; if the first one may take longer, raise timeout_seconds';
  expect(waiting.signal.reason).toMatchObject({ problem: 'stalled', message });
});

test('a gateway that holds a throttled call back for 91 s, as LiteLLM does, is heard out by default', () => {
  using waiting = watch(0);
  vi.advanceTimersByTime(91_000);
  expect(waiting.signal.aborted).toBe(false);
});

test('between two tokens a quarter of the limit may pass, or 30 s where that is more', () => {
  using long = watch(600_000);
  using short = watch(60_000);
  for (const each of [long, short]) each.token();
  vi.advanceTimersByTime(29_000);
  expect([long.signal.aborted, short.signal.aborted]).toEqual([false, false]);
  for (const each of [long, short]) each.token();
  vi.advanceTimersByTime(30_000);
  expect([long.signal.aborted, short.signal.aborted]).toEqual([false, true]);
  vi.advanceTimersByTime(119_000);
  expect(long.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1_000);
  expect(long.signal.reason).toMatchObject({ problem: 'stalled', message: expect.stringContaining('for 150 s') });
});

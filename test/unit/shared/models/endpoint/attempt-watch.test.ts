import { beforeEach, expect, test } from 'vitest';
import { watchAttempt } from '../../../../../services/shared/models/endpoint/attempt-watch.ts';
import { endpointSettings } from '../../../../../services/shared/models/settings/endpoint-settings.ts';
import { createManualTiming, type ManualTiming } from '../../../../support/manual-timing.ts';

const never = new AbortController().signal;

let timing: ManualTiming;

beforeEach(() => {
  timing = createManualTiming();
});

function watch(timeoutMs: number, streamed = true) {
  const endpoint = { model: 'm', baseUrl: 'http://a/v1', apiKeyVariable: '', maxConcurrency: 1, timeoutMs };
  return watchAttempt(endpointSettings(endpoint, {}), never, { streamed, timing });
}

test('the first token may take as long as the call, and who gives up says which setting to raise', async () => {
  using waiting = watch(300_000);
  await timing.advance(299_000);
  expect(waiting.signal.aborted).toBe(false);
  await timing.advance(1_000);
  const message = 'http://a/v1: no token within 300 s; if the first one may take longer, raise timeout_seconds';
  expect(waiting.signal.reason).toMatchObject({ problem: 'stalled', message });
});

test('a gateway that holds a throttled call back for 91 s, as LiteLLM does, is heard out by default', async () => {
  using waiting = watch(0);
  await timing.advance(91_000);
  expect(waiting.signal.aborted).toBe(false);
});

test('between two tokens a quarter of the limit may pass, or 30 s where that is more', async () => {
  using long = watch(600_000);
  using short = watch(60_000);
  for (const each of [long, short]) each.token();
  await timing.advance(29_000);
  expect([long.signal.aborted, short.signal.aborted]).toEqual([false, false]);
  for (const each of [long, short]) each.token();
  await timing.advance(30_000);
  expect([long.signal.aborted, short.signal.aborted]).toEqual([false, true]);
  await timing.advance(119_000);
  expect(long.signal.aborted).toBe(false);
  await timing.advance(1_000);
  expect(long.signal.reason).toMatchObject({ problem: 'stalled', message: expect.stringContaining('for 150 s') });
});

test('a stream of many tokens needs one timer for both limits, and none when it is over', async () => {
  {
    using streaming = watch(600_000);
    for (let token = 0; token < 1_000; token += 1) {
      streaming.token();
      await timing.advance(1);
    }
    expect(timing.waiting()).toBe(1);
    await timing.advance(149_998);
    expect(streaming.signal.aborted).toBe(false);
    await timing.advance(1);
    expect(streaming.signal.aborted).toBe(true);
  }
  expect(timing.waiting()).toBe(0);
});

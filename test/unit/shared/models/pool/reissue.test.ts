import { expect, test } from 'vitest';
import type { OwnSignal } from '../../../../../services/shared/lifecycle/abort.ts';
import { createReissues } from '../../../../../services/shared/models/pool/reissue.ts';
import { createManualTiming } from '../../../../support/manual-timing.ts';

/** Calls at servers whose answers are given by hand, or after a time. */
function setUp() {
  const timing = createManualTiming();
  const reissues = createReissues(timing);
  const sent: { readonly at: string; readonly leg: OwnSignal; answer(text: string): void; fail(error: Error): void }[] = [];
  const lags: number[] = [];
  const stop = new AbortController();
  const call = (elsewhere: string | undefined) =>
    reissues.first<string, string>({
      ...{ kind: 'solve', at: 'home', signal: stop.signal, elsewhere: () => elsewhere, lagged: (times) => void lags.push(times) },
      send: (at, leg) =>
        new Promise((resolve, reject) => {
          leg.signal.addEventListener('abort', () => reject(leg.signal.reason));
          sent.push({ at, leg, answer: resolve, fail: reject });
        }),
    });
  const answered = async (calls: number, ms: number): Promise<void> => {
    for (let each = 0; each < calls; each += 1) {
      const reply = call('other');
      await timing.advance(ms);
      sent.at(-1)?.answer('quick');
      await reply;
    }
  };
  return { timing, sent, lags, stop, call, answered };
}

test('a call that takes far longer than others is sent elsewhere too; the first answer counts, and the other is cut', async () => {
  const { timing, sent, lags, call, answered } = setUp();
  await answered(100, 1_000);
  const reply = call('other');
  await timing.advance(2_900);
  expect(sent).toHaveLength(101);
  await timing.advance(200);
  expect(sent.slice(100).map(({ at }) => at)).toEqual(['home', 'other']);
  sent[101]?.answer('from elsewhere');
  expect(await reply).toBe('from elsewhere');
  expect(sent[100]?.leg.signal.aborted).toBe(true);
  expect(lags).toHaveLength(1);
  expect(lags[0]).toBeGreaterThan(3);
});

test('where the first one answers after all, the second is cut', async () => {
  const { timing, sent, lags, call, answered } = setUp();
  await answered(100, 1_000);
  const reply = call('other');
  await timing.advance(4_000);
  sent[100]?.answer('late');
  expect(await reply).toBe('late');
  expect(sent[101]?.leg.signal.aborted).toBe(true);
  expect(lags).toEqual([]);
});

test('a failure of one leaves the other to answer; where both fail, it is the first that counts', async () => {
  const { timing, sent, call, answered } = setUp();
  await answered(200, 1_000);
  const saved = call('other');
  await timing.advance(4_000);
  sent.at(-2)?.fail(new Error('first'));
  await timing.advance(0);
  sent.at(-1)?.answer('from elsewhere');
  expect(await saved).toBe('from elsewhere');
  const lost = call('other').catch((error: Error) => error.message);
  await timing.advance(4_000);
  sent.at(-1)?.fail(new Error('second'));
  await timing.advance(0);
  sent.at(-2)?.fail(new Error('first'));
  expect(await lost).toBe('first');
});

test('a call is sent elsewhere neither while too few are known nor where there is no room, and one that failed is not', async () => {
  const { timing, sent, call, answered } = setUp();
  const early = call('other');
  await timing.advance(60_000);
  expect(sent).toHaveLength(1);
  sent[0]?.answer('alone');
  await early;
  await answered(100, 1_000);
  const alone = call(undefined);
  await timing.advance(60_000);
  expect(sent).toHaveLength(102);
  sent.at(-1)?.answer('alone');
  expect(await alone).toBe('alone');
  const failed = call('other').catch((error: Error) => error.message);
  sent.at(-1)?.fail(new Error('broken'));
  expect(await failed).toBe('broken');
  await timing.advance(60_000);
  expect(sent).toHaveLength(103);
});

test('however many lag, few are sent twice', async () => {
  const { timing, sent, call, answered } = setUp();
  await answered(1_000, 100);
  const before = sent.length;
  const lagging = Array.from({ length: 100 }, () => call('other'));
  await timing.advance(60_000);
  expect(sent.length - before).toBeLessThanOrEqual(100 + 6);
  expect(sent.length - before).toBeGreaterThan(100);
  for (const { answer } of sent.slice(before)) answer('at last');
  await Promise.all(lagging);
});

test('an abort of the caller cuts both, with its reason, and leaves no timer', async () => {
  const { timing, sent, stop, call, answered } = setUp();
  await answered(100, 1_000);
  const reply = call('other').catch((error: Error) => error.message);
  await timing.advance(4_000);
  stop.abort(new Error('cancelled'));
  expect(await reply).toBe('cancelled');
  expect(sent.slice(-2).map(({ leg }) => leg.signal.aborted)).toEqual([true, true]);
  expect(timing.waiting()).toBe(0);
});

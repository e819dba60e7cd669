import { pino } from 'pino';
import { expect, test } from 'vitest';
import { restartingLoop } from '../../../../services/shared/lifecycle/restarting-loop.ts';
import { createManualTiming } from '../../../support/manual-timing.ts';

const logger = pino({ level: 'silent' });

/** A loop, and when its body began. */
function start(body: (begun: number, signal: AbortSignal) => Promise<void>) {
  const timing = createManualTiming();
  const stopping = new AbortController();
  const begun: number[] = [];
  const loop = restartingLoop('look', { signal: stopping.signal, logger, timing }, async (signal) => {
    begun.push(timing.monotonicMs());
    await body(begun.length, signal);
  });
  return { timing, begun, loop, stop: () => stopping.abort(new Error('enough')) };
}

const gaps = (times: readonly number[]): number[] => times.slice(1).map((time, index) => time - (times[index] ?? 0));

test('what ends or throws begins anew, ever more slowly, up to five seconds', async () => {
  const { timing, begun, loop, stop } = start(async (count) => {
    if (count % 2 === 0) throw new Error('broken');
  });
  await timing.advance(25_000);
  expect(gaps(begun)).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
  stop();
  await loop;
  expect(timing.waiting()).toBe(0);
});

test('what has lasted longer than the longest pause begins anew at once, as it did first', async () => {
  const { timing, begun, loop, stop } = start(async (count, signal) => {
    if (count === 4) await timing.sleep(5_001, signal);
  });
  await timing.advance(6_200);
  expect(gaps(begun)).toEqual([100, 200, 400, 5_001 + 100, 200]);
  stop();
  await loop;
});

test('an abort ends it, whether its body runs or it waits, and whatever the body throws then', async () => {
  const waiting = start(async () => undefined);
  await waiting.timing.advance(0);
  waiting.stop();
  await waiting.loop;
  const running = start((_, signal) => waiting.timing.sleep(1_000_000, signal));
  await running.timing.advance(0);
  running.stop();
  await running.loop;
  expect([waiting.begun.length, running.begun.length]).toEqual([1, 1]);
});

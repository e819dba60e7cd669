import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { capacityUsed, leastSeconds } from '../../../../services/cli/bench/capacity.ts';
import { failedIn, failedOutside, healthIn } from '../../../../services/cli/bench/failed-attempts.ts';
import { openLineCounter } from '../../../../services/cli/bench/line-counter.ts';

const call = (beganMs: number, endedMs: number) => ({ jobId: 'j', callId: 'c', model: 'm', cutOff: false, beganMs, endedMs });

test('the capacity used is that of the replicas that were up, between two shares of the ends of calls', () => {
  const calls = [call(0, 100), call(100, 200), call(200, 300), call(300, 400), call(400, 500)];
  // From the first end at 100 to the last at 500: 400 ms of calls.
  expect(capacityUsed(calls, [{ slots: 1 }], 0, 1)).toBe(1);
  expect(capacityUsed(calls, [{ slots: 1 }, { slots: 3 }], 0, 1)).toBe(0.25);
  // The one of three slots was there for the last 100 ms: 400 + 300 slot-milliseconds.
  const late = { slots: 3, down: { fromMs: -1000, toMs: 400 } };
  expect(capacityUsed(calls, [{ slots: 1 }, late], 0, 1)).toBeCloseTo(400 / 700, 12);
  // From 200 to 400, where it was down all the time.
  expect(capacityUsed(calls, [{ slots: 1 }, late], 0.25, 0.75)).toBe(1);
});

test('work takes full replicas as long as it must, and what one misses is made up for by all', () => {
  expect(leastSeconds(60, [{ slots: 2 }, { slots: 4 }])).toBe(10);
  expect(leastSeconds(60, [{ slots: 2 }, { slots: 4, down: { fromMs: 5000, toMs: 8000 } }])).toBe(12);
});

test('failures that touch the time of the fault do not count, nor does a sum that falls', () => {
  const samples = [0, 2, 10, 30, 31, 5, 9].map((failed, index) => ({ atMs: 1000 * (index + 1), failed }));
  expect(failedOutside(samples, { fromMs: 0, toMs: 0 })).toBe(2 + 8 + 20 + 1 + 4);
  expect(failedOutside(samples, { fromMs: 2500, toMs: 3500 })).toBe(2 + 1 + 4);
  expect(failedOutside([], { fromMs: 0, toMs: 0 })).toBe(0);
});

test("a worker's log tells where its metrics are, the newest last; failed attempts are summed over endpoints and kinds", () => {
  const log =
    '{"health":"http://127.0.0.1:1"}\n{"msg":"other"}\n{"health":"http://127.0.0.1:2","msg":"serving"}\n{"addresses":{"health":"http://127.0.0.1:2"}}\n';
  expect(healthIn(log)).toBe('http://127.0.0.1:2');
  expect(() => healthIn('{"msg":"other"}\n')).toThrow(/health/);
  const metrics = [
    '# TYPE scale_model_attempts_total counter',
    'scale_model_attempts_total{model_endpoint="a",outcome="answered"} 30',
    'scale_model_attempts_total{model_endpoint="a",outcome="unavailable"} 3',
    'scale_model_attempts_total{model_endpoint="b",outcome="throttled"} 4',
    'scale_model_calls_total{model_endpoint="a"} 100',
  ].join('\n');
  expect(failedIn(metrics)).toBe(7);
  expect(failedIn('')).toBe(0);
});

test('lines are counted once they have ended', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scale-lines-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'calls.jsonl');
  await writeFile(path, 'a\nb\nhal');
  await using counter = await openLineCounter(path);
  expect(await counter.count()).toBe(2);
  await writeFile(path, 'f\n', { flag: 'a' });
  expect(await counter.count()).toBe(3);
  expect(await counter.count()).toBe(3);
});

import { expect, onTestFinished, test } from 'vitest';
import { watchRun } from '../../../../services/coordinator/control/watch-run.ts';
import type { Coordinator, ProgressListener } from '../../../../services/coordinator/coordinator.ts';
import { RequestRefusedError } from '../../../../services/coordinator/request-refused-error.ts';
import type { RunEvent } from '../../../../services/domain/run/event.ts';
import { encodeEvent } from '../../../../services/shared/contracts/event-codec.ts';
import type { WatchRunResponse } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import type { WatchRequest } from '../../../../services/shared/control-client/control-client.ts';
import { BusError } from '../../../../services/shared/messaging/errors.ts';
import { configuration } from '../../../simulation/made-up-work.ts';
import { createManualCluster } from '../manual-cluster.ts';

const runId = 'r';
const noted = (tokens: number): RunEvent => ({ kind: 'spending-noted', tokens });
const started: RunEvent = { kind: 'run-started', configuration: configuration(1) };
const cancelled: RunEvent = { kind: 'run-cancelled', reason: 'enough' };

async function setUp() {
  const { timing, server, bus, storeRun } = createManualCluster();
  await storeRun(runId);
  let listener: ProgressListener | undefined;
  const counts: number[] = [];
  const notices: string[] = [];
  const coordinator: Coordinator = {
    drive: () => undefined,
    state: () => undefined,
    view: () => undefined,
    remembered: () => undefined,
    spent: async () => {
      counts.push(timing.monotonicMs());
      return undefined;
    },
    budget: () => undefined,
    readBudget: async () => undefined,
    changeBudget: () => Promise.resolve(),
    scopesOf: () => Promise.resolve([]),
    underWay: () => [],
    wait: () => undefined,
    notices: () => notices,
    onProgress: (_, told) => {
      listener = told;
      return () => {
        listener = undefined;
      };
    },
    workers: { present: () => [], seen: () => [], isSettled: () => true },
    figures: () => ({ runsLed: 0, jobsOutstanding: 0, runs: [], workersByKind: new Map(), waits: new Map() }),
    stop: async () => undefined,
  };
  const append = async (...events: RunEvent[]): Promise<void> => {
    let last = 0;
    for await (const { sequence } of bus.log.read(runId, { after: 0, follow: false }, new AbortController().signal))
      last = sequence;
    for (const event of events) last = await bus.log.append(runId, encodeEvent(runId, event), last);
  };
  /** What a watcher has been told so far, in short. */
  const watch = (request: Partial<WatchRequest> = {}, source = { bus, coordinator, timing }) => {
    const ending = new AbortController();
    const told: string[] = [];
    const places: { sequence: number; digest: string }[] = [];
    const over = (async () => {
      const whole = { runId, afterSequence: 0, follow: true, ...request };
      for await (const { update } of watchRun(source, whole, ending.signal)) {
        if (update?.$case === 'event') places.push(update.value);
        told.push(shortly(update));
      }
      return 'over';
    })().catch((error: unknown) => error);
    return { told, places, over, end: () => ending.abort() };
  };
  return { timing, server, bus, storeRun, notices, counts, coordinator, append, watch, progress: () => listener };
}

function shortly(update: WatchRunResponse['update']): string {
  if (update?.$case === 'event') return update.value.event?.body?.$case ?? '?';
  if (update?.$case === 'notice') return `notice: ${update.value.message}`;
  if (update?.$case !== 'progress') return update?.$case ?? '?';
  const { done, total, trouble, waiting } = update.value;
  return ['progress', `${done}/${total}`, trouble, waiting?.kind].filter(Boolean).join(' ');
}

test('a watch gives what is there and what comes, and ends with the run', async () => {
  const { timing, append, watch, progress } = await setUp();
  await append(started);
  const { told, over } = watch();
  await timing.advance(0);
  await append(noted(1));
  await timing.advance(0);
  expect(told).toEqual(['runStarted', 'spendingNoted']);
  await append(cancelled);
  await timing.advance(0);
  expect(await over).toBe('over');
  expect(told).toEqual(['runStarted', 'spendingNoted', 'runCancelled']);
  expect([progress(), timing.waiting()]).toEqual([undefined, 0]);
});

test('a watch that is begun again goes on behind what was seen, by the digest where sequences mean nothing any more', async () => {
  const { timing, server, storeRun, append, watch } = await setUp();
  await append(started, noted(1), noted(2));
  const first = watch({ follow: false });
  await timing.advance(0);
  await first.over;
  const seen = first.places[1];
  const bySequence = watch({ afterSequence: seen?.sequence ?? 0, follow: false });
  await timing.advance(0);
  expect([await bySequence.over, bySequence.told]).toEqual(['over', ['spendingNoted']]);
  server.wipe();
  await storeRun(runId);
  await storeRun('another');
  await append(started, noted(1), noted(2), noted(3));
  const byDigest = watch({ afterSequence: seen?.sequence ?? 0, afterDigest: seen?.digest ?? '', follow: false });
  await timing.advance(0);
  expect([await byDigest.over, byDigest.told]).toEqual(['over', ['spendingNoted', 'spendingNoted']]);
});

test('a watch outlasts a store that is made anew: it goes on once the log is written again', async () => {
  const { timing, server, storeRun, append, watch } = await setUp();
  await append(started, noted(1));
  const { told, end } = watch();
  await timing.advance(0);
  server.wipe();
  await timing.advance(3_000);
  await storeRun(runId);
  await append(started, noted(1), noted(2));
  await timing.advance(250);
  expect(told.filter((one) => !one.startsWith('progress'))).toEqual(['runStarted', 'spendingNoted', 'spendingNoted']);
  end();
});

test('a watch begins anew, and says so, where the log is another one for five seconds', async () => {
  const { timing, server, storeRun, append, watch } = await setUp();
  await append(started, noted(1));
  const { told, end } = watch();
  await timing.advance(0);
  server.wipe();
  await storeRun(runId);
  await append(started, noted(7));
  const log = () => told.filter((one) => !one.startsWith('progress'));
  await timing.advance(4_900);
  expect(log()).toEqual(['runStarted', 'spendingNoted']);
  await timing.advance(400);
  expect(log()).toEqual(['runStarted', 'spendingNoted', 'restarted', 'runStarted', 'spendingNoted']);
  end();
});

test('a watch ends with an error where nobody brings the run back within five seconds', async () => {
  const { timing, server, append, watch } = await setUp();
  await append(started);
  const { over } = watch();
  await timing.advance(0);
  server.wipe();
  await timing.advance(5_500);
  expect(await over).toBeInstanceOf(RequestRefusedError);
  expect(await over).toMatchObject({ message: expect.stringContaining('was lost with the NATS store') });
  expect(timing.waiting()).toBe(0);
});

test('between the entries stand the newest progress, each notice once, and troubles until something gets done', async () => {
  const { timing, bus, append, watch, notices, progress } = await setUp();
  await append(started);
  const { told, end } = watch();
  await timing.advance(0);
  const step = (done: number) =>
    ({
      round: 1,
      phase: 'warm-up',
      done,
      total: 9,
      ahead: [],
      outstanding: { execute: 9 - done, predict: 0, propose: 0 },
    }) as const;
  progress()?.(step(1), undefined);
  progress()?.(step(2), undefined);
  await timing.advance(0);
  notices.push('the store was lost', 'and is back');
  bus.troubles.tell({ runId, worker: 'w', message: 'HTTP 503' });
  await timing.advance(0);
  progress()?.(step(3), undefined);
  await timing.advance(500);
  expect(told).toEqual([
    'runStarted',
    'progress 2/9',
    'notice: the store was lost',
    'notice: and is back',
    'progress 2/9 HTTP 503',
    'progress 3/9',
  ]);
  end();
});

test('of a run with a thousand results a second, a watch tells the progress twice a second, and the last of it', async () => {
  const { timing, append, watch, progress } = await setUp();
  await append(started);
  const { told, over } = watch();
  await timing.advance(0);
  for (let done = 1; done <= 2_000; done += 1) {
    const outstanding = { execute: 2_000 - done, predict: 0, propose: 0 };
    progress()?.({ round: 1, phase: 'warm-up', done, total: 2_000, ahead: [], outstanding }, undefined);
    await timing.advance(1);
  }
  await timing.advance(500);
  const steps = told.filter((one) => one.startsWith('progress'));
  expect([steps.length, steps.at(-1)]).toEqual([5, 'progress 2000/2000']);
  await append(cancelled);
  await timing.advance(0);
  expect([await over, told.at(-1), timing.waiting()]).toEqual(['over', 'runCancelled', 0]);
});

test('troubles that cannot be listened to are told, and are listened to again after five seconds', async () => {
  const { timing, bus, coordinator, append, watch } = await setUp();
  await append(started);
  let listened = 0;
  const refusing = {
    ...bus,
    troubles: {
      ...bus.troubles,
      follow: (id: string, signal: AbortSignal) => {
        listened += 1;
        if (listened === 1) throw new BusError('listen', 'it is not allowed', { retryable: false });
        return bus.troubles.follow(id, signal);
      },
    },
  };
  const { told, end } = watch({}, { bus: refusing, coordinator, timing });
  await timing.advance(4_999);
  expect(listened).toBe(1);
  expect(told.join()).toContain('it is not allowed');
  await timing.advance(1);
  expect(listened).toBe(2);
  end();
});

test('what the calls have used is counted every two seconds for who follows, and not for who only reads', async () => {
  const { timing, append, watch, counts } = await setUp();
  await append(started);
  const reading = watch({ follow: false });
  await timing.advance(5_000);
  expect([await reading.over, counts]).toEqual(['over', []]);
  const { end, over } = watch();
  await timing.advance(4_500);
  expect(counts).toEqual([7_000, 9_000]);
  end();
  await over;
  await timing.advance(10_000);
  expect([counts.length, timing.waiting()]).toEqual([2, 0]);
});

test('a log that cannot be read while a slow watcher holds its last update ends the watch, and not the process', async () => {
  const { bus, coordinator, timing, append, notices } = await setUp();
  await append(started);
  notices.push('told first');
  const refusing = {
    ...bus,
    runs: { ...bus.runs, get: () => Promise.reject(new BusError('get a run', 'it is not allowed', { retryable: false })) },
  };
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const whole = { runId, afterSequence: 0, follow: true };
  const watching = watchRun({ bus: refusing, coordinator, timing }, whole, new AbortController().signal);
  const first = await watching.next();
  expect(shortly(first.value?.update)).toBe('notice: told first');
  // Unhandled rejections are told once the microtasks are over.
  await new Promise((resolve) => setImmediate(resolve));
  const last = watching.next().catch((error: unknown) => error);
  await timing.advance(10_000);
  expect([await last, unhandled]).toEqual([expect.any(BusError), []]);
});

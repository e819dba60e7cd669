import { expect, test } from 'vitest';
import { startWaitWatch, type WatchedRun } from '../../../../services/coordinator/waits/wait-watch.ts';
import { type RunManifest, RunStatus } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import type { Bus } from '../../../../services/shared/messaging/bus.ts';
import { BusError } from '../../../../services/shared/messaging/errors.ts';
import { runManifest } from '../../../support/bus-messages.ts';
import { createManualCluster, logger } from '../manual-cluster.ts';

interface Changing extends WatchedRun {
  manifest: RunManifest;
  isLeading: boolean;
  failure: string | undefined;
  movedAtMs: number;
}

/** One run that waits for two executions, looked at every second. */
function setUp(changeBus: (bus: Bus) => Bus = (bus) => bus) {
  const { timing, bus } = createManualCluster();
  const run: Changing = {
    manifest: runManifest('r'),
    progress: { round: 1, phase: 'warm-up', done: 0, total: 2, ahead: [], outstanding: { execute: 2, predict: 0, propose: 0 } },
    isLeading: true,
    failure: undefined,
    movedAtMs: timing.monotonicMs(),
    wait: undefined,
  };
  const told: (string | undefined)[] = [];
  const watch = startWaitWatch({
    ...{ bus: changeBus(bus), logger, timing, runs: () => [run] },
    changed: ({ wait }) => told.push(wait && `${wait.kind} ${wait.waitedMs}`),
  });
  const here = (kinds: string[]) => bus.workers.tell({ worker: 'w', kinds, slots: 4, runs: [], endpoints: [] });
  return { timing, run, told, watch, here };
}

test('a run that stands still is said to wait after five seconds, and for an executor once it is certain that there is none', async () => {
  const { timing, run, told, watch } = setUp();
  await timing.advance(4_999);
  expect(run.wait).toBeUndefined();
  await timing.advance(1);
  expect(run.wait).toMatchObject({ kind: 'work', waitedMs: 5_000 });
  await timing.advance(6_000);
  expect(run.wait).toMatchObject({ kind: 'executor', waitedMs: 11_000 });
  expect(watch.waits().get('executor')).toBe(11_000);
  expect(watch.workersByKind().get('execute')).toBe(0);
  // What is new at once, and what goes on every five seconds.
  expect(told).toEqual(['work 5000', 'work 10000', 'executor 11000']);
  await timing.advance(9_000);
  expect(told.slice(3)).toEqual(['executor 16000']);
  await watch.stop();
  expect(timing.waiting()).toBe(0);
});

test('a wait ends when something gets done, which is told once', async () => {
  const { timing, run, told, watch, here } = setUp();
  await timing.advance(11_000);
  here(['execute', 'predict']);
  run.movedAtMs = timing.monotonicMs();
  await timing.advance(3_000);
  expect(run.wait).toBeUndefined();
  expect(told.at(-1)).toBeUndefined();
  expect(told.filter((one) => one === undefined).length).toBe(1);
  expect(watch.workersByKind()).toEqual(new Map(Object.entries({ execute: 1, predict: 1, propose: 0 })));
  await watch.stop();
});

test('a server that does not answer within two seconds is what a run waits for', async () => {
  const { timing, run, watch } = setUp((bus) => ({
    ...bus,
    check: (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
  }));
  await timing.advance(6_999);
  expect(run.wait).toBeUndefined();
  await timing.advance(1);
  // As of when the look began: what moves meanwhile has not been idle by then.
  expect(run.wait).toMatchObject({ kind: 'bus', what: 'the NATS server has not answered for 2 s', waitedMs: 5_000 });
  await watch.stop();
  expect(timing.waiting()).toBe(0);
});

test('a queue that is paused at the server is looked for where no worker has jobs of the run, and not waited for', async () => {
  let looks = 0;
  const { timing, run, watch } = setUp((bus) => ({
    ...bus,
    jobs: {
      ...bus.jobs,
      pausedLanes: () => {
        looks += 1;
        return looks < 3 ? Promise.resolve(new Map([['execute', 90_000]] as const)) : new Promise(() => undefined);
      },
    },
  }));
  await timing.advance(4_000);
  expect(looks).toBe(0);
  await timing.advance(1_000);
  expect(run.wait).toMatchObject({ kind: 'bus', what: expect.stringContaining('has paused the queue of 2 executions') });
  await timing.advance(5_000);
  expect(run.wait).toMatchObject({ kind: 'work' });
  await watch.stop();
  expect(timing.waiting()).toBe(0);
});

test("a bus that is in trouble says so itself; else the check does, and else the run's own failure", async () => {
  const [told, checked, failed] = [
    setUp((bus) => ({ ...bus, trouble: () => ({ message: 'publish r: no answer', forMs: 5_001 }) })),
    setUp((bus) => ({ ...bus, check: () => Promise.reject(new BusError('check', 'no space left on device')) })),
    setUp(),
  ];
  failed.run.failure = 'read the log: refused';
  for (const { timing } of [told, checked, failed]) await timing.advance(5_000);
  expect(told.run.wait).toMatchObject({ kind: 'bus', what: 'publish r: no answer' });
  expect(checked.run.wait).toMatchObject({ kind: 'disk' });
  expect(failed.run.wait).toMatchObject({ kind: 'bus', what: 'read the log: refused' });
  for (const { watch } of [told, checked, failed]) await watch.stop();
});

test('a run that is paused waits from its pause on, by the wall clock', async () => {
  const { timing, run, told, watch } = setUp();
  await timing.advance(500);
  run.manifest = { ...run.manifest, status: RunStatus.PAUSED, pauseReason: 'lunch', pausedAtMs: timing.wallMs() - 60_000 };
  await timing.advance(500);
  expect(run.wait).toMatchObject({ kind: 'paused', what: 'the run is paused: lunch', waitedMs: 60_500 });
  expect(told).toEqual(['paused 60500']);
  await watch.stop();
});

test('a look that fails is made again', async () => {
  let looks = 0;
  const { timing, run, watch } = setUp((bus) => ({
    ...bus,
    trouble: () => {
      looks += 1;
      if (looks === 1) throw new Error('a defect');
      return undefined;
    },
  }));
  await timing.advance(5_000);
  expect([looks, run.wait]).toEqual([1, undefined]);
  await timing.advance(100);
  expect(run.wait).toMatchObject({ waitedMs: 5_100 });
  await watch.stop();
});

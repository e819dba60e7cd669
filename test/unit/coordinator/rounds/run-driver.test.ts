import { beforeAll, expect, test } from 'vitest';
import { createLogCopy } from '../../../../services/coordinator/log/log-copy.ts';
import { driveRun, type RunDriverSettings, type WantedStatus } from '../../../../services/coordinator/rounds/run-driver.ts';
import type { RunEvent } from '../../../../services/domain/run/event.ts';
import { encodeBenchmark } from '../../../../services/shared/contracts/benchmark-codec.ts';
import { encodeEvent } from '../../../../services/shared/contracts/event-codec.ts';
import type { Bus } from '../../../../services/shared/messaging/bus.ts';
import { LogConflictError } from '../../../../services/shared/messaging/errors.ts';
import { benchmark, configuration } from '../../../simulation/made-up-work.ts';
import { createManualCluster, logger, logOf, never } from '../manual-cluster.ts';

const runId = 'r';
const reconcileMs = 60_000;

async function setUp() {
  const cluster = createManualCluster();
  const { timing, bus } = cluster;
  const starts: string[] = [];
  await cluster.storeRun(runId);
  const worker = cluster.startWorker(({ jobId }) => starts.push(jobId));
  let wanted: WantedStatus = { status: 'running' };
  let attention = new AbortController();
  const drive = (changes: Partial<RunDriverSettings> = {}, signal: AbortSignal = never) =>
    driveRun(
      {
        ...{ bus, logger, timing, runId, benchmark, reconcileMs },
        configuration: configuration(1),
        remembered: createLogCopy(),
        ...{ epoch: 1, leaseId: 'a' },
        maxInFlight: 100,
        simulated: true,
        spent: async () => undefined,
        ...{ tries: () => 0, failureShare: () => 0.2, hold: async () => undefined },
        limited: () => undefined,
        wanted: () => wanted,
        attention: () => attention.signal,
        progressed: () => undefined,
        opened: () => undefined,
        advanced: () => undefined,
        restored: () => undefined,
        ...changes,
      },
      signal,
    );
  return {
    ...cluster,
    worker,
    starts,
    drive,
    want(status: WantedStatus) {
      wanted = status;
      const before = attention;
      attention = new AbortController();
      before.abort();
    },
  };
}

/** Calls once, at the step. */
function atStep(step: number, act: () => void): Pick<RunDriverSettings, 'advanced'> {
  let steps = 0;
  return {
    advanced: () => {
      steps += 1;
      if (steps === step) act();
    },
  };
}

let undisturbed: RunEvent[];

beforeAll(async () => {
  const { timing, bus, drive, starts } = await setUp();
  const driven = drive();
  await timing.advance(reconcileMs - 1);
  expect((await driven).status).toBe('completed');
  expect(new Set(starts).size).toBe(starts.length);
  undisturbed = await logOf(bus, runId);
  expect(undisturbed.length).toBeGreaterThan(30);
});

test('a run that is over is read, and nothing is asked of anybody', async () => {
  const { timing, bus, drive, starts } = await setUp();
  const driven = drive();
  await timing.advance(reconcileMs - 1);
  await driven;
  const count = starts.length;
  expect((await drive()).status).toBe('completed');
  await timing.advance(reconcileMs);
  expect(starts.length).toBe(count);
  expect(await logOf(bus, runId)).toEqual(undisturbed);
});

test.each([1, 2, 3, 7, 20, 30])(
  'a driver that ends after %i steps is followed by another, which goes on: the log is the same, and no job is done twice',
  async (steps) => {
    const { timing, bus, drive, starts } = await setUp();
    const killed = new AbortController();
    const first = drive(
      atStep(steps, () => killed.abort(new Error('killed'))),
      killed.signal,
    ).catch((error: unknown) => error);
    await timing.advance(1_000);
    expect(await first).toMatchObject({ message: 'killed' });
    expect(await logOf(bus, runId)).toEqual(undisturbed.slice(0, steps));
    const second = drive({ epoch: 2 });
    await timing.advance(reconcileMs - 1);
    expect((await second).status).toBe('completed');
    expect(await logOf(bus, runId)).toEqual(undisturbed);
    expect(new Set(starts).size).toBe(starts.length);
  },
);

test.each([1, 5, 25])(
  'a pause after %i steps holds the run for as long as it lasts, and leaves no trace in its log',
  async (steps) => {
    const { timing, bus, drive, want } = await setUp();
    const driven = drive(atStep(steps, () => want({ status: 'paused' })));
    await timing.advance(1_000);
    const held = await logOf(bus, runId);
    await timing.advance(10 * reconcileMs);
    expect(await logOf(bus, runId)).toEqual(held);
    expect(held.length).toBeLessThan(undisturbed.length);
    want({ status: 'running' });
    await timing.advance(reconcileMs - 1);
    expect((await driven).status).toBe('completed');
    expect(await logOf(bus, runId)).toEqual(undisturbed);
  },
);

test('a driver that is ended during a pause ends', async () => {
  const { timing, drive, want } = await setUp();
  const killed = new AbortController();
  want({ status: 'paused' });
  const driven = drive({}, killed.signal).catch((error: unknown) => error);
  await timing.advance(1_000);
  killed.abort(new Error('killed'));
  expect(await driven).toMatchObject({ message: 'killed' });
});

test('a run that is cancelled ends with the reason, whatever is under way', async () => {
  const { timing, bus, drive, want } = await setUp();
  const driven = drive(atStep(5, () => want({ status: 'cancelled', reason: 'too expensive' })));
  await timing.advance(1_000);
  expect(await driven).toMatchObject({ status: 'cancelled' });
  const log = await logOf(bus, runId);
  expect(log.at(-1)).toEqual({ kind: 'run-cancelled', reason: 'too expensive' });
  expect(log.slice(0, -1)).toEqual(undisturbed.slice(0, log.length - 1));
});

test('jobs that the queue has lost are queued again at the next look, and not before', async () => {
  const { timing, bus, drive } = await setUp();
  let lost = 0;
  const forgetful: Bus = {
    ...bus,
    jobs: {
      ...bus.jobs,
      publish: async (job) => {
        lost += 1;
        return lost <= 5 ? 'queued' : await bus.jobs.publish(job);
      },
    },
  };
  const driven = drive({ bus: forgetful });
  await timing.advance(reconcileMs - 1);
  expect((await logOf(bus, runId)).length).toBeLessThan(undisturbed.length);
  await timing.advance(1);
  await timing.advance(1_000);
  expect((await driven).status).toBe('completed');
  expect(await logOf(bus, runId)).toEqual(undisturbed);
});

test('a driver whose log somebody else has written to ends, and writes nothing over it', async () => {
  const { timing, bus, drive } = await setUp();
  const append: Bus['log']['append'] = async (id, entry, last) => {
    // The other one is a moment earlier, once.
    if ((await logOf(bus, runId)).length === 10) await bus.log.append(id, encodeEvent(id, { kind: 'run-resumed' }), last);
    return await bus.log.append(id, entry, last);
  };
  const driven = drive({ bus: { ...bus, log: { ...bus.log, append } } }).catch((error: unknown) => error);
  await timing.advance(1_000);
  expect(await driven).toBeInstanceOf(LogConflictError);
  expect((await logOf(bus, runId)).slice(10)).toEqual([{ kind: 'run-resumed' }]);
});

test('what this process remembers of a log is written again where the store has lost it, and the run goes on from there', async () => {
  const { timing, server, bus, drive, storeRun } = await setUp();
  const remembered = createLogCopy();
  const killed = new AbortController();
  const first = drive({ remembered, ...atStep(12, () => killed.abort()) }, killed.signal).catch(() => undefined);
  await timing.advance(1_000);
  await first;
  server.wipe();
  await storeRun(runId);
  await bus.blobs.put(encodeBenchmark(benchmark));
  const restored: number[] = [];
  const second = drive({ remembered, restored: (entries) => restored.push(entries) });
  await timing.advance(reconcileMs - 1);
  expect((await second).status).toBe('completed');
  expect(restored).toEqual([12]);
  expect(await logOf(bus, runId)).toEqual(undisturbed);
});

import { expect, test } from 'vitest';
import { dailyLimits } from '../../../../services/coordinator/limits/daily-limits.ts';
import { type LimitedRun, startLimitWatch } from '../../../../services/coordinator/limits/limit-watch.ts';
import { dayScope, runScope } from '../../../../services/shared/budgets/scopes-of.ts';
import { noLimits } from '../../../../services/shared/config/run-limits.ts';
import { type RunManifest, RunStatus } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import type { Timing } from '../../../../services/shared/lifecycle/timing.ts';
import type { Bus } from '../../../../services/shared/messaging/bus.ts';
import { createInMemoryServer } from '../../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { noPause, pauseRun } from '../../../../services/shared/messaging/pause-run.ts';
import { createLogger } from '../../../../services/shared/telemetry/logger.ts';
import { inVirtualTime } from '../../../support/virtual-clock.ts';

const logger = createLogger({ service: 'test', version: '0', level: 'silent' });
const never = new AbortController().signal;
const dayMs = 86_400_000;

const runOf = (runId: string, calls: number): LimitedRun & { manifest: RunManifest } => ({
  manifest: {
    ...{ schemaVersion: 1, runId, endpoints: [], status: RunStatus.RUNNING, maxInFlight: 0, createdAtMs: 1 },
    ...{ cancelReason: '', pauseReason: '', pausedAtMs: 0, simulated: false, limits: { ...noLimits, calls } },
  },
  ...{ isLeading: true, isExecuting: false, spent: async () => undefined },
});

/** The bus, and how often it was asked for a table. */
function counted(bus: Bus): { readonly bus: Bus; asked(): number } {
  let asked = 0;
  const update: Bus['budgets']['update'] = (scope, change) => {
    asked += 1;
    return bus.budgets.update(scope, change);
  };
  return { bus: { ...bus, budgets: { ...bus.budgets, update } }, asked: () => asked };
}

test("the store is asked for a run's table at its start, when its limits change, and now and then, and not each second", () =>
  inVirtualTime(async (timing) => {
    const server = createInMemoryServer({ timing });
    const { bus, asked } = counted(server.connect());
    const run = runOf('one', 10);
    const watch = startLimitWatch({
      bus,
      logger,
      timing,
      runs: () => [run],
      changed: () => undefined,
      daily: dailyLimits(undefined),
    });
    await watch.begin(run, never);
    const before = asked();
    await timing.sleep(60_500, never);
    expect(asked() - before).toBeGreaterThanOrEqual(1);
    expect(asked() - before).toBeLessThanOrEqual(3);

    run.manifest = { ...run.manifest, limits: { ...noLimits, calls: 20 } };
    await timing.sleep(1_500, never);
    expect((await watch.read(runScope('one')))?.terms?.most?.calls).toBe(20);
    // A store that was made anew has the table again within a look.
    server.wipe();
    await timing.sleep(1_500, never);
    const stored = await server.connect().budgets.update(runScope('one'), (found) => found);
    expect(stored.terms?.most?.calls).toBe(20);
    await watch.stop();
  }));

test('a run whose spending cannot be read keeps no other from its limits', () =>
  inVirtualTime(async (timing) => {
    const bus = createInMemoryServer({ timing }).connect();
    const unreadable = { ...runOf('first', 10), spent: () => Promise.reject(new Error('its notes cannot be read')) };
    const run = runOf('second', 10);
    const watch = startLimitWatch({
      ...{ bus, logger, timing, runs: () => [unreadable, run], changed: () => undefined },
      daily: dailyLimits(undefined),
    });
    await timing.sleep(1_500, never);
    expect(watch.table(runScope('second'))?.terms?.most?.calls).toBe(10);
    run.manifest = { ...run.manifest, limits: { ...noLimits, calls: 20 } };
    await timing.sleep(1_500, never);
    expect(watch.table(runScope('second'))?.terms?.most?.calls).toBe(20);
    await watch.stop();
  }));

test('tables of runs that are driven no more are forgotten, read from the store when they are asked for, and known again after a new start', () =>
  inVirtualTime(async (timing) => {
    const bus = createInMemoryServer({ timing }).connect();
    const run = runOf('one', 10);
    let runs = [run];
    const watch = startLimitWatch({
      bus,
      logger,
      timing,
      runs: () => runs,
      changed: () => undefined,
      daily: dailyLimits(undefined),
    });
    await watch.begin(run, never);
    await timing.sleep(1_500, never);
    expect(watch.table(runScope('one'))?.terms?.most?.calls).toBe(10);
    runs = [];
    await timing.sleep(1_500, never);
    expect(watch.table(runScope('one'))).toBeUndefined();
    expect((await watch.read(runScope('one')))?.terms?.most?.calls).toBe(10);
    expect(await watch.read(runScope('never limited'))).toBeUndefined();
    runs = [runOf('one', 0)];
    await watch.begin(runs[0] as LimitedRun & { manifest: RunManifest }, never);
    expect(watch.table(runScope('one'))?.terms?.most?.calls).toBe(0);
    await watch.stop();
  }));

/** A run on a cluster whose day is used up as soon as somebody says so. */
async function dailyRun(timing: Timing) {
  const bus = createInMemoryServer({ timing }).connect();
  const { manifest, ...rest } = runOf('one', 0);
  await bus.runs.put(manifest);
  let updatesLeft = Number.POSITIVE_INFINITY;
  const stored = async () => (await bus.runs.get('one')) as RunManifest;
  const update: Bus['runs']['update'] = async (runId, change) => {
    if (updatesLeft <= 0) throw new Error('the coordinator is gone');
    updatesLeft -= 1;
    return await bus.runs.update(runId, change);
  };
  const run = { ...rest, manifest };
  const watch = startLimitWatch({
    ...{ logger, timing, runs: () => [run], changed: () => undefined },
    bus: { ...bus, runs: { ...bus.runs, update } },
    daily: dailyLimits({ tokens: 10, calls: 0, money: 0 }),
  });
  await watch.begin(run, never);
  return {
    ...{ bus, stored, stop: watch.stop },
    /** As the coordinator's own watch does. */
    async see() {
      run.manifest = await stored();
    },
    /** @param updates of manifests, after which the coordinator is gone */
    async useUp(updates = Number.POSITIVE_INFINITY): Promise<void> {
      updatesLeft = updates;
      const end = { part: 'search', limit: 'tokens', most: 10, used: 10, reason: '' };
      await bus.budgets.update(dayScope, (table) => ({ ...table, ends: [end] }));
      await timing.sleep(1_500, never);
    },
    /** As on a new day. */
    async haveRoom(): Promise<void> {
      updatesLeft = Number.POSITIVE_INFINITY;
      await bus.budgets.update(dayScope, (table) => ({ ...table, ends: [] }));
      await timing.sleep(1_500, never);
    },
  };
}

test('a run that the day holds goes on by itself on the next one, whoever died between two writes', () =>
  inVirtualTime(async (timing) => {
    const { see, useUp, haveRoom, stored, stop } = await dailyRun(timing);
    await see();
    await useUp(1);
    await see();
    expect(await stored()).toMatchObject({ status: RunStatus.PAUSED, limits: { heldBy: dayScope } });
    await haveRoom();
    expect(await stored()).toMatchObject({ status: RunStatus.RUNNING, limits: { heldBy: '' } });
    await stop();
  }));

test('a run that a person has paused when the day is used up waits for that person', () =>
  inVirtualTime(async (timing) => {
    const { bus, see, useUp, haveRoom, stored, stop } = await dailyRun(timing);
    await see();
    await pauseRun(bus, 'one', 'the GPUs are needed', { nowMs: timing.wallMs() });
    await useUp();
    await see();
    expect(await stored()).toMatchObject({ pauseReason: 'the GPUs are needed', limits: { heldBy: '' } });
    await haveRoom();
    expect((await stored()).status).toBe(RunStatus.PAUSED);
    await stop();
  }));

test('what a person resumes and pauses again, the next day does not resume', () =>
  inVirtualTime(async (timing) => {
    const { bus, see, useUp, haveRoom, stored, stop } = await dailyRun(timing);
    await see();
    await useUp();
    await bus.runs.update('one', (found) => ({ ...found, status: RunStatus.RUNNING, ...noPause }));
    await pauseRun(bus, 'one', 'the GPUs are needed', { nowMs: timing.wallMs() });
    await see();
    await haveRoom();
    expect((await stored()).status).toBe(RunStatus.PAUSED);
    await stop();
  }));

test('a day begins once, by the clock of the server, however far apart those of coordinators are', () =>
  inVirtualTime(async (timing) => {
    const hourMs = 3_600_000;
    const halfPastElevenMs = Date.UTC(2026, 10, 30, 23, 30);
    const ahead = (ms: number): Timing => ({ ...timing, wallMs: () => halfPastElevenMs + timing.monotonicMs() + ms });
    const server = createInMemoryServer({ timing: ahead(0) });
    const daily = dailyLimits({ tokens: 10, calls: 0, money: 0 });
    const watches = [0, hourMs, 3 * dayMs].map((ms) =>
      startLimitWatch({
        ...{ logger, timing: ahead(ms), runs: () => [], changed: () => undefined, daily },
        bus: server.connect(),
      }),
    );
    const { budgets } = server.connect();
    const table = () => budgets.update(dayScope, (found) => found);
    await timing.sleep(1_500, never);
    const gone = [{ part: 'search', amount: { tokens: 7, calls: 1, money: 0 } }];
    await budgets.update(dayScope, (found) => ({ ...found, gone }));
    await timing.sleep(60_000, never);
    expect(await table()).toMatchObject({ gone, terms: { period: '2026-11-30' } });
    await timing.sleep(hourMs / 2, never);
    expect(await table()).toMatchObject({ gone: [], terms: { period: '2026-12-01' } });
    for (const watch of watches) await watch.stop();
  }));

test('a day that has begun does not end because the next server is behind, and one that a wrong clock began does', () =>
  inVirtualTime(async (timing) => {
    let skewMs = 0;
    const bus = createInMemoryServer({ timing }).connect();
    const watch = startLimitWatch({
      ...{ logger, timing, runs: () => [], changed: () => undefined, daily: dailyLimits({ tokens: 10, calls: 0, money: 0 }) },
      bus: { ...bus, now: async () => timing.wallMs() + skewMs },
    });
    const period = async () => (await bus.budgets.update(dayScope, (found) => found)).terms?.period;
    const inDays = (days: number) => new Date(timing.wallMs() + days * dayMs).toISOString().slice(0, 10);
    for (const [days, expected] of [
      [1, 1],
      [0, 1],
      [9, 9],
      [0, 0],
    ] as const) {
      skewMs = days * dayMs;
      await timing.sleep(1_500, never);
      expect(await period()).toBe(inDays(expected));
    }
    await watch.stop();
  }));

test("a search with hours left goes on, whatever its coordinator's clock says", () =>
  inVirtualTime(async (timing) => {
    const bus = createInMemoryServer({ timing }).connect();
    const { manifest, ...rest } = runOf('one', 0);
    const run = { ...rest, manifest: { ...manifest, createdAtMs: timing.wallMs(), limits: { ...noLimits, durationMs: 60_000 } } };
    const jumped = { ...timing, wallMs: () => timing.wallMs() + 3 * dayMs };
    const watch = startLimitWatch({
      ...{ bus, logger, timing: jumped, runs: () => [run], changed: () => undefined },
      daily: dailyLimits(undefined),
    });
    await watch.begin(run, never);
    await timing.sleep(30_000, never);
    expect(watch.table(runScope('one'))?.ends).toEqual([]);
    await timing.sleep(31_500, never);
    expect(watch.table(runScope('one'))?.ends.map(({ limit }) => limit)).toContain('time');
    await watch.stop();
  }));

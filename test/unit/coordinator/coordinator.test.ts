import { expect, test } from 'vitest';
import { createControlHandlers } from '../../../services/coordinator/control/control-handlers.ts';
import { type Coordinator, startCoordinator } from '../../../services/coordinator/coordinator.ts';
import { runScope } from '../../../services/shared/budgets/scopes-of.ts';
import { benchmarkToProto } from '../../../services/shared/contracts/benchmark-codec.ts';
import { configurationToProto } from '../../../services/shared/contracts/configuration-codec.ts';
import { RunStatus, StartRunRequest } from '../../../services/shared/contracts/generated/scale/v1/control.ts';
import type { Bus } from '../../../services/shared/messaging/bus.ts';
import { BusError } from '../../../services/shared/messaging/errors.ts';
import { benchmark, configuration } from '../../simulation/made-up-work.ts';
import { createManualCluster, leaseTtlMs, logger, logOf, never } from './manual-cluster.ts';

const runId = 'r';

function setUp() {
  const cluster = createManualCluster();
  const { timing, bus } = cluster;
  const started: Coordinator[] = [];
  return {
    ...cluster,
    start(name: string, changes: (bus: Bus) => Partial<Bus> = () => ({}), resume: 'all' | 'requested' = 'all') {
      const own = cluster.server.connect();
      const settings = { name, resume, maxInFlight: 100, reconcileMs: 60_000 };
      const coordinator = startCoordinator(settings, { ...own, ...changes(own) }, logger, timing);
      started.push(coordinator);
      return { coordinator, own };
    },
    status: async () => (await bus.runs.get(runId))?.status,
    async stop() {
      const stopped = Promise.all(started.map((coordinator) => coordinator.stop()));
      await timing.advance(5_000);
      await stopped;
    },
  };
}

test('a run that is known is driven to its end, and its queues are cleared', async () => {
  const { timing, bus, storeRun, start, startWorker, status, stop } = setUp();
  await storeRun(runId);
  const worker = startWorker();
  const { coordinator } = start('a');
  await timing.advance(10_000);
  expect(await status()).toBe(RunStatus.COMPLETED);
  expect((await logOf(bus, runId)).at(-1)?.kind).toBe('run-completed');
  expect((await bus.jobs.outstanding(runId)).size).toBe(0);
  expect(coordinator.figures().runsLed).toBe(0);
  await worker.drain();
  await stop();
});

test('a run that is to go on while it is being released is taken up again', async () => {
  const { timing, bus, storeRun, start, startWorker, status, stop } = setUp();
  await storeRun(runId);
  const worker = startWorker();
  let releasing = false;
  const acquire = ({ leases }: Bus): Bus['leases']['acquire'] => {
    return async (name, holder) => {
      const lease = await leases.acquire(name, holder);
      if (lease === undefined || releasing) return lease;
      const release = async () => {
        releasing = true;
        await timing.sleep(500, never);
        await lease.release();
      };
      return { ...lease, renew: () => lease.renew(), release };
    };
  };
  start('a', (own) => ({ leases: { ...own.leases, acquire: acquire(own) } }));
  for (let tries = 0; !releasing && tries < 1_000; tries += 1) await timing.advance(10);
  expect([releasing, await status()]).toEqual([true, RunStatus.COMPLETED]);
  await bus.runs.update(runId, (manifest) => ({ ...manifest, status: RunStatus.RUNNING }));
  await timing.advance(10_000);
  // Led again: its log says that it is over.
  expect(await status()).toBe(RunStatus.COMPLETED);
  await worker.drain();
  await stop();
});

test('a coordinator that goes on with no run drives those it is asked for', async () => {
  const { timing, storeRun, start, startWorker, status, stop } = setUp();
  const manifest = await storeRun(runId);
  const worker = startWorker();
  const { coordinator } = start('a', undefined, 'requested');
  await timing.advance(10_000);
  expect([await status(), coordinator.state(runId)]).toEqual([RunStatus.RUNNING, undefined]);
  coordinator.drive(manifest);
  await timing.advance(10_000);
  expect(await status()).toBe(RunStatus.COMPLETED);
  await worker.drain();
  await stop();
});

test('what is kept of a run that has ended says how long an answer of its winner takes, as its results do', async () => {
  const { timing, bus, storeRun, start, startWorker, stop } = setUp();
  await storeRun(runId);
  const worker = startWorker();
  const { coordinator } = start('a');
  await timing.advance(10_000);
  const { progress } = (await bus.runs.get(runId))?.summary ?? {};
  const wanted = { runId, round: progress?.bestRound ?? 0 };
  const { workflowHash } = await createControlHandlers(bus, coordinator, timing).getRound(wanted, never);
  const jobIds = [...(await bus.results.jobIds(runId))].filter((jobId) => jobId.includes(`-${workflowHash.slice(0, 16)}-`));
  const executions = jobIds.filter((jobId) => jobId.startsWith('execute-'));
  const times = await Promise.all(executions.map(async (jobId) => (await bus.results.get(runId, jobId))?.elapsedMs ?? 0));
  expect(times.length).toBeGreaterThan(0);
  expect(progress?.bestAnswerLatency).toEqual({
    medianMs: expect.any(Number),
    p90Ms: expect.any(Number),
    executions: times.length,
  });
  expect(times).toContain(progress?.bestAnswerLatency?.medianMs);
  await worker.drain();
  await stop();
});

test('a run whose log cannot be read keeps no other run out of the list', async () => {
  const { timing, bus, storeRun, start, stop } = setUp();
  await storeRun(runId);
  await storeRun('damaged');
  await bus.log.append('damaged', new TextEncoder().encode('no event'), 0);
  const { coordinator } = start('a', undefined, 'requested');
  await timing.advance(0);
  const { listRuns, getRun } = createControlHandlers(bus, coordinator, timing);
  const { runs } = await listRuns(never);
  const byId = new Map(runs.map((run) => [run.runId, run]));
  expect([...byId.keys()].sort()).toEqual(['damaged', runId]);
  expect(byId.get(runId)?.waiting).toBeUndefined();
  expect(byId.get('damaged')?.waiting).toMatchObject({
    kind: 'person',
    what: expect.stringMatching(/^its log cannot be read: Event: /),
    until: '`scale restore` brings it back from a backup',
  });
  await expect(getRun('damaged', never)).rejects.toThrow(/^Event: /);
  await stop();
});

test("of a run's benchmark one query can be asked for, by its id or its place, and all come where there is no such one", async () => {
  const { timing, bus, storeRun, start, stop } = setUp();
  await storeRun(runId);
  const { coordinator } = start('a');
  await timing.advance(0);
  const { getRunBenchmark } = createControlHandlers(bus, coordinator, timing);
  const whole = await getRunBenchmark({ runId });
  const [, second] = whole.benchmark?.queries ?? [];
  expect(whole.queryIndex).toBeUndefined();
  expect(whole.benchmark?.queries.length).toBeGreaterThan(2);
  const only = { benchmark: { ...whole.benchmark, queries: [second] }, queryIndex: 1 };
  expect(await getRunBenchmark({ runId, query: second?.id ?? '' })).toEqual(only);
  expect(await getRunBenchmark({ runId, query: '1' })).toEqual(only);
  expect(await getRunBenchmark({ runId, query: 'nothing' })).toEqual(whole);
  await stop();
});

test('a defect ends the run when it comes three times in a row, and people see why', async () => {
  const { timing, bus, storeRun, start, status, stop } = setUp();
  await storeRun(runId);
  let asked = 0;
  const openLane: Bus['jobs']['openLane'] = async (kind) => {
    if (kind === 'execute') asked += 1;
    throw new TypeError('lanes is not iterable');
  };
  start('a', ({ jobs }) => ({ jobs: { ...jobs, openLane } }));
  await timing.advance(0);
  expect(asked).toBe(1);
  await timing.advance(100);
  expect([asked, await status()]).toEqual([2, RunStatus.RUNNING]);
  await timing.advance(200);
  expect([asked, await status()]).toEqual([3, RunStatus.FAILED]);
  expect((await logOf(bus, runId)).at(-1)).toMatchObject({ kind: 'run-failed', failure: { message: 'lanes is not iterable' } });
  await stop();
});

test('trouble with the bus is no defect, however often it comes: the run goes on when it is over', async () => {
  const { timing, storeRun, start, startWorker, status, stop } = setUp();
  await storeRun(runId);
  const worker = startWorker();
  let asked = 0;
  const { coordinator } = start('a', ({ jobs }) => ({
    jobs: {
      ...jobs,
      openLane: async (kind, ...lane) => {
        if (kind === 'execute') asked += 1;
        if (asked <= 8) throw new BusError('open lane', 'the server did not answer');
        await jobs.openLane(kind, ...lane);
      },
    },
  }));
  await timing.advance(10_000);
  expect(await status()).toBe(RunStatus.RUNNING);
  expect(coordinator.wait(runId)).toMatchObject({ kind: 'bus', what: expect.stringContaining('the server did not answer') });
  await timing.advance(60_000);
  expect([asked > 8, await status()]).toEqual([true, RunStatus.COMPLETED]);
  await worker.drain();
  await stop();
});

test('another coordinator takes a run up when its leader is gone for as long as a lease lives, and not before', async () => {
  const { timing, storeRun, start, startWorker, status, stop } = setUp();
  await storeRun(runId);
  const first = start('a');
  await timing.advance(0);
  const second = start('b');
  await timing.advance(20_000);
  // Without a worker the run stands, under its first leader.
  expect([first.coordinator.figures().runsLed, second.coordinator.figures().runsLed]).toEqual([1, 0]);
  expect(second.coordinator.wait(runId)).toMatchObject({ kind: 'lease' });
  await first.own.close();
  const worker = startWorker();
  await timing.advance(leaseTtlMs / 2);
  expect(second.coordinator.figures().runsLed).toBe(0);
  await timing.advance(leaseTtlMs + 6_000);
  expect(await status()).toBe(RunStatus.COMPLETED);
  await worker.drain();
  await stop();
});

test('a coordinator that has lost a run to another says that that one leads it, and blames the bus no more', async () => {
  const { timing, storeRun, start, stop } = setUp();
  await storeRun(runId);
  const cutOff = async (): Promise<never> => {
    throw new BusError('renew a lease', 'the server did not answer');
  };
  const first = start('a', ({ leases }) => ({
    leases: {
      ...leases,
      async acquire(...asked) {
        const lease = await leases.acquire(...asked);
        return lease && { ...lease, renew: cutOff };
      },
    },
  }));
  await timing.advance(0);
  expect(first.coordinator.figures().runsLed).toBe(1);
  const second = start('b');
  await timing.advance(leaseTtlMs * 2);
  expect([first.coordinator.figures().runsLed, second.coordinator.figures().runsLed]).toEqual([0, 1]);
  await timing.advance(10_000);
  expect(first.coordinator.wait(runId)).toMatchObject({ kind: 'lease' });
  await stop();
});

test('a pause is told at once with how long it has lasted, and the run goes on when it is over', async () => {
  const { timing, bus, storeRun, start, startWorker, status, stop } = setUp();
  await storeRun(runId, { status: RunStatus.PAUSED, pauseReason: 'lunch', pausedAtMs: 0 });
  const worker = startWorker();
  const { coordinator } = start('a');
  const told: (string | undefined)[] = [];
  const end = coordinator.onProgress(runId, (_, wait) => told.push(wait?.kind));
  await timing.advance(2_000);
  expect(coordinator.wait(runId)).toMatchObject({ kind: 'paused', waitedMs: timing.wallMs() });
  expect(told).toContain('paused');
  expect((await logOf(bus, runId)).map(({ kind }) => kind)).toEqual(['run-started']);
  await bus.runs.update(runId, (manifest) => ({ ...manifest, status: RunStatus.RUNNING }));
  await timing.advance(0);
  expect(coordinator.wait(runId)).toBeUndefined();
  await timing.advance(10_000);
  expect(await status()).toBe(RunStatus.COMPLETED);
  end();
  await worker.drain();
  await stop();
});

test('a run that is cancelled while its jobs are under way ends as cancelled', async () => {
  const { timing, bus, storeRun, start, status, stop } = setUp();
  await storeRun(runId);
  start('a');
  await timing.advance(1_000);
  expect((await bus.jobs.outstanding(runId)).size).toBeGreaterThan(0);
  await bus.runs.update(runId, (manifest) => ({ ...manifest, status: RunStatus.CANCELLED, cancelReason: 'enough' }));
  await timing.advance(0);
  expect((await logOf(bus, runId)).at(-1)).toEqual({ kind: 'run-cancelled', reason: 'enough' });
  expect([await status(), (await bus.jobs.outstanding(runId)).size]).toEqual([RunStatus.CANCELLED, 0]);
  await stop();
});

test('a coordinator that stops leaves no timer behind', async () => {
  const { timing, storeRun, start, stop } = setUp();
  await storeRun(runId);
  start('a');
  await timing.advance(1_000);
  await stop();
  expect(timing.waiting()).toBe(0);
});

test('a limit that allows no more proposals ends the search once what was proposed has been executed, not before', async () => {
  const { timing, bus, storeRun, start, startWorker, status, stop } = setUp();
  await storeRun(runId);
  start('a');
  await timing.advance(1_000);
  // While the first workflow waits for an executor.
  const end = { part: 'propose', limit: 'tokens', most: 100, used: 90, reason: '' };
  await bus.budgets.update(runScope(runId), (table) => ({ ...table, ends: [end] }));
  await timing.advance(1_000);
  expect((await logOf(bus, runId)).map(({ kind }) => kind)).not.toContain('limit-reached');
  // And nobody proposes.
  const worker = startWorker(undefined, ['execute']);
  await timing.advance(10_000);
  const kinds = (await logOf(bus, runId)).map(({ kind }) => kind);
  expect(kinds.indexOf('limit-reached')).toBeGreaterThan(kinds.indexOf('executions-completed'));
  expect(await status()).toBe(RunStatus.COMPLETED);
  await worker.drain();
  await stop();
});

test('a run whose log has ended is listed as that, also where its manifest could not be told', async () => {
  const { timing, bus, storeRun, start, startWorker, status, stop } = setUp();
  await storeRun(runId);
  const worker = startWorker();
  const unsettled = ({ runs }: Bus): Partial<Bus> => ({
    runs: { ...runs, update: async () => Promise.reject(new BusError('unavailable', 'it died')) },
  });
  start('a', unsettled);
  await timing.advance(10_000);
  expect((await logOf(bus, runId)).at(-1)?.kind).toBe('run-completed');
  expect(await status()).toBe(RunStatus.RUNNING);
  const { coordinator, own } = start('b', undefined, 'requested');
  const { runs } = await createControlHandlers(own, coordinator, timing).listRuns(never);
  expect(runs.map((run) => run.status)).toEqual([RunStatus.COMPLETED]);
  await worker.drain();
  await stop();
});

test('a run that was cancelled is ended in its log too, by whoever is there next', async () => {
  for (const resume of ['all', 'requested'] as const) {
    const { timing, bus, storeRun, start, stop } = setUp();
    await storeRun(runId);
    start('a', ({ log }) => ({
      log: { ...log, append: async () => Promise.reject(new BusError('unavailable', 'it died')) },
    }));
    await timing.advance(1_000);
    await bus.runs.update(runId, (manifest) => ({ ...manifest, status: RunStatus.CANCELLED, cancelReason: 'enough' }));
    await stop();
    await timing.advance(leaseTtlMs);
    expect(await logOf(bus, runId)).toEqual([]);
    const { coordinator, own } = start('b', undefined, resume);
    const { cancelRun, listRuns } = createControlHandlers(own, coordinator, timing);
    if (resume === 'requested') expect(await cancelRun(runId, 'again')).toEqual({ status: RunStatus.CANCELLED });
    await timing.advance(10_000);
    expect((await logOf(bus, runId)).at(-1)).toEqual({ kind: 'run-cancelled', reason: 'enough' });
    expect((await bus.runs.get(runId))?.summary).toBeDefined();
    const { endedAtMs } = (await bus.runs.get(runId)) ?? {};
    await cancelRun(runId, 'once more');
    await timing.advance(10_000);
    expect((await bus.runs.get(runId))?.endedAtMs).toBe(endedAtMs);
    expect((await listRuns(never)).runs.map(({ status }) => status)).toEqual([RunStatus.CANCELLED]);
    await stop();
  }
});

test('of two who start the same new run at once, neither undoes what the other asked for', async () => {
  const { timing, server, start, stop } = setUp();
  const ask = (label: string) => {
    const { coordinator, own } = start(label, undefined, 'requested');
    return createControlHandlers(own, coordinator, timing).startRun(
      StartRunRequest.fromPartial({
        ...{ configuration: configurationToProto(configuration(1)), benchmark: benchmarkToProto(benchmark) },
        labels: { words: [label] },
      }),
    );
  };
  const started = Promise.all([ask('one'), ask('other')]);
  await timing.advance(10_000);
  const answers = await started;
  expect(answers.map(({ continued }) => continued).sort()).toEqual([false, true]);
  const found = await server.connect().runs.get(answers[0].runId);
  expect(found?.labels?.words.toSorted()).toEqual(['one', 'other']);
  await stop();
});

import { describe, expect, test } from 'vitest';
import { createControlHandlers } from '../../services/coordinator/control/control-handlers.ts';
import { type Coordinator, startCoordinator } from '../../services/coordinator/coordinator.ts';
import { randomInteger, randomStream } from '../../services/domain/random.ts';
import { benchmarkToProto } from '../../services/shared/contracts/benchmark-codec.ts';
import { configurationToProto } from '../../services/shared/contracts/configuration-codec.ts';
import { eventFromProto } from '../../services/shared/contracts/event-codec.ts';
import { RunStatus, type WatchRunResponse } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import { runIdOf } from '../../services/shared/contracts/run-id.ts';
import type { Timing } from '../../services/shared/lifecycle/timing.ts';
import type { Bus } from '../../services/shared/messaging/bus.ts';
import { createInMemoryServer, type InMemoryServer } from '../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { createLogger } from '../../services/shared/telemetry/logger.ts';
import { startWorker } from '../../services/shared/worker/worker.ts';
import { inVirtualTime } from '../support/virtual-clock.ts';
import { eventually } from './eventually.ts';
import { benchmark, configuration, createMadeUpWork } from './made-up-work.ts';

const logger = createLogger({ service: 'simulation', version: '0', level: 'silent' });
const limits = { ackWaitMs: 400, leaseTtlMs: 300 };
const never = new AbortController().signal;

function startProcesses(server: InMemoryServer, timing: Timing, seed: number) {
  const bus = server.connect();
  const coordinator = startCoordinator({ name: 'c', resume: 'all', maxInFlight: 100, reconcileMs: 200 }, bus, logger, timing);
  const random = randomStream(seed, 'pauses');
  for (const name of ['w1', 'w2']) {
    const work = createMadeUpWork(
      name,
      () => timing.sleep(randomInteger(random, 6), never),
      () => undefined,
    );
    startWorker(
      { name, kinds: ['execute', 'predict', 'propose'], slots: 4, ackWaitMs: limits.ackWaitMs, drainMs: 0 },
      { bus: server.connect(), work, timing, logger },
    );
  }
  return { bus, coordinator, handlers: createControlHandlers(bus, coordinator, timing) };
}

const requestOf = (seed: number) => ({
  configuration: configurationToProto(configuration(seed)),
  benchmark: benchmarkToProto(benchmark),
  endpoints: [],
  maxInFlight: 0,
  simulated: true,
});

async function readLog(bus: Bus, runId: string): Promise<string[]> {
  const entries: string[] = [];
  for await (const { entry } of bus.log.read(runId, { after: 0, follow: false }, never)) {
    entries.push(Buffer.from(entry).toString('hex'));
  }
  return entries;
}

/** Kinds of the events and notices that a reader gets who never lets go; forgets what it is told to forget. */
async function watchToItsEnd(updates: AsyncIterable<WatchRunResponse>): Promise<{ kinds: string[]; beside: string[] }> {
  const kinds: string[] = [];
  const beside: string[] = [];
  for await (const { update } of updates) {
    if (update?.$case === 'notice') beside.push(update.value.message);
    if (update?.$case === 'restarted') {
      kinds.splice(0);
      beside.push('restarted');
    }
    if (update?.$case === 'event' && update.value.event) kinds.push(eventFromProto(update.value.event).event.kind);
  }
  return { kinds, beside };
}

async function run(
  timing: Timing,
  seed: number,
  disturb: (server: InMemoryServer, bus: Bus, runId: string, coordinator: Coordinator) => Promise<void>,
) {
  const server = createInMemoryServer({ ...limits, timing });
  const { bus, coordinator, handlers } = startProcesses(server, timing, seed);
  const { runId } = await handlers.startRun(requestOf(seed));
  const watching = watchToItsEnd(handlers.watchRun({ runId, afterSequence: 0, follow: true }, never));
  await disturb(server, bus, runId, coordinator);
  const watched = await watching;
  await eventually(timing, async () => expect((await bus.runs.get(runId))?.status).toBe(RunStatus.COMPLETED));
  return { log: await readLog(bus, runId), watched };
}

describe('a run whose store is made anew', () => {
  test.each([1, 2, 3])('again and again, ends with the same log, and its readers get each event once (seed %i)', (seed) =>
    inVirtualTime(async (timing) => {
      const expected = await run(timing, seed, async () => undefined);
      const wipes = randomStream(seed, 'wipes');
      let wiped = 0;
      const { log, watched } = await run(timing, seed, async (server, bus, runId) => {
        // By how far the log is, not by the clock: a quiet machine would be done before the first.
        const last = Math.floor(expected.log.length * 0.8);
        const places = Array.from({ length: 4 }, () => 1 + randomInteger(wipes, last)).sort((one, other) => one - other);
        for (const place of places) {
          while ((await readLog(bus, runId)).length < place) await timing.sleep(1, never);
          if ((await bus.runs.get(runId))?.status === RunStatus.COMPLETED) return;
          server.wipe();
          wiped += 1;
        }
      });
      expect(wiped).toBeGreaterThan(0);
      expect(log).toEqual(expected.log);
      expect(watched.kinds).toEqual(expected.watched.kinds);
      expect(watched.beside.some((message) => /written again from the coordinator's memory/.test(message))).toBe(true);
      expect(watched.beside).not.toContain('restarted');
      expect(expected.watched.beside).toEqual([]);
    }),
  );

  test('and whose coordinator is gone too begins anew when it is asked for again, and a reader is told', () =>
    inVirtualTime(async (timing) => {
      const server = createInMemoryServer({ ...limits, timing });
      const first = startProcesses(server, timing, 5);
      const { runId } = await first.handlers.startRun(requestOf(5));
      const seen: WatchRunResponse[] = [];
      for await (const response of first.handlers.watchRun({ runId, afterSequence: 0, follow: true }, never)) {
        seen.push(response);
        if (seen.filter(({ update }) => update?.$case === 'event').length === 6) break;
      }
      await first.coordinator.stop();
      server.wipe();
      const second = startProcesses(server, timing, 5);
      await expect(second.handlers.getRun(runId, never)).rejects.toThrow(/there is no run/);
      expect((await second.handlers.startRun(requestOf(5))).continued).toBe(false);
      const last = seen.findLast(({ update }) => update?.$case === 'event')?.update;
      if (last?.$case !== 'event') throw new Error('an event is expected');
      const { sequence: afterSequence, digest } = last.value;
      // The same seed writes the same log: another one is what this reader claims to have.
      const afterDigest = digest.replace(/./g, (sign) => (sign === '0' ? '1' : '0'));
      const again = second.handlers.watchRun({ runId, afterSequence, afterDigest, follow: true }, never);
      const { kinds, beside } = await watchToItsEnd(again);
      expect(beside).toEqual(['restarted']);
      expect([kinds[0], kinds.at(-1)]).toEqual(['run-started', 'run-completed']);
    }));

  test('and that no coordinator holds is let go, and not begun anew from nothing', () =>
    inVirtualTime(async (timing) => {
      const server = createInMemoryServer({ ...limits, timing });
      const runId = runIdOf(configuration(6));
      // Another one leads, so the coordinator here has never read the log or the benchmark.
      const lease = await server.connect().leases.acquire(`run-${runId}`, 'another');
      const { bus, handlers, coordinator } = startProcesses(server, timing, 6);
      await handlers.startRun(requestOf(6));
      for (let renewal = 0; renewal < 8; renewal += 1) {
        await timing.sleep(limits.leaseTtlMs / 3, never);
        expect(await lease?.renew()).toBe(true);
      }
      expect(coordinator.figures().runsLed).toBe(0);
      const watching = watchToItsEnd(handlers.watchRun({ runId, afterSequence: 0, follow: true }, never));
      const watched = watching.catch((error: unknown) => error);
      server.wipe();
      expect(await watched).toMatchObject({
        kind: 'not-found',
        message: expect.stringContaining('start it again with its file'),
      });
      expect(await bus.runs.get(runId)).toBeUndefined();
      expect(await readLog(bus, runId)).toEqual([]);
      expect(coordinator.figures().runsLed).toBe(0);
      // Whoever has its file can.
      expect((await handlers.startRun(requestOf(6))).continued).toBe(false);
      await eventually(timing, async () => expect((await bus.runs.get(runId))?.status).toBe(RunStatus.COMPLETED));
    }));
});

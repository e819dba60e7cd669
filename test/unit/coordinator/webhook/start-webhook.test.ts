import { describe, expect, test } from 'vitest';
import type { Note } from '../../../../services/coordinator/webhook/note.ts';
import { NoteRefusedError } from '../../../../services/coordinator/webhook/post-note.ts';
import { startWebhook } from '../../../../services/coordinator/webhook/start-webhook.ts';
import {
  type RunManifest,
  RunProgress,
  RunStatus,
  RunSummary,
} from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import { encodeSweepEvent } from '../../../../services/shared/contracts/sweep-codec.ts';
import type { Timing } from '../../../../services/shared/lifecycle/timing.ts';
import type { Bus } from '../../../../services/shared/messaging/bus.ts';
import { createInMemoryServer } from '../../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { createLogger } from '../../../../services/shared/telemetry/logger.ts';
import { runManifest } from '../../../support/bus-messages.ts';
import { inVirtualTime } from '../../../support/virtual-clock.ts';

const logger = createLogger({ service: 'test', version: '0', level: 'silent' });
const never = new AbortController().signal;
const hook = { url: 'https://hooks.example.org/scale', secret: 'a-secret-of-16-or-more', mayBePrivate: false };

interface Told {
  readonly note: Note;
  readonly atMs: number;
}

/** A coordinator's webhook, whose address takes what `takes` says. */
function startHere(bus: Bus, timing: Timing, takes: (attempt: number) => void = () => undefined, name = 'c1') {
  const told: Told[] = [];
  let attempts = 0;
  const webhook = startWebhook(hook, {
    ...{ bus, timing, logger, name },
    async post(_, note) {
      attempts += 1;
      takes(attempts);
      told.push({ note, atMs: timing.wallMs() });
    },
  });
  return { told, stop: webhook.stop, attempts: () => attempts };
}

const refuses = (): never => {
  throw new NoteRefusedError('it answered 503');
};
const endedNow = (timing: Timing, runId: string, more: Partial<RunManifest> = {}): RunManifest => ({
  ...runManifest(runId),
  ...{ status: RunStatus.COMPLETED, endedAtMs: timing.wallMs(), ...more },
});
const serverAt = (timing: Timing) => createInMemoryServer({ timing, leaseTtlMs: 900 });
const soon = (timing: Timing, ms = 5_000) => timing.sleep(ms, never);

describe('the webhook', () => {
  test('is told once of each run that ends, fails, is cancelled or paused, with why', () =>
    inVirtualTime(async (timing) => {
      const bus = serverAt(timing).connect();
      const { told, stop } = startHere(bus, timing);
      await bus.runs.put({ ...runManifest('r1'), status: RunStatus.RUNNING });
      await soon(timing);
      expect(told).toEqual([]);
      const paused = { ...runManifest('r1'), status: RunStatus.PAUSED, pauseReason: 'no key', pausedAtMs: timing.wallMs() };
      await bus.runs.put(paused);
      await soon(timing);
      // What changes beside that is no news.
      await bus.runs.put({ ...paused, maxInFlight: 3 });
      await bus.runs.put(endedNow(timing, 'r2', { status: RunStatus.CANCELLED, cancelReason: 'wrong model' }));
      await soon(timing);
      await bus.runs.put(endedNow(timing, 'r1'));
      const progress = RunProgress.fromPartial({ failure: 'not one of 20 executions has a result' });
      const summary = { ...RunSummary.fromPartial({}), progress };
      await bus.runs.put(endedNow(timing, 'r3', { status: RunStatus.FAILED, summary }));
      await soon(timing);
      expect(told.map(({ note }) => [note.event, note.target])).toEqual([
        ['run.paused', 'r1'],
        ['run.cancelled', 'r2'],
        ['run.completed', 'r1'],
        ['run.failed', 'r3'],
      ]);
      const bodies = told.map(({ note }) => JSON.parse(note.body));
      expect(bodies[0]).toMatchObject({ id: told[0]?.note.id, event: 'run.paused', run: { id: 'r1', reason: 'no key' } });
      expect(bodies[1]).toMatchObject({ run: { status: 'cancelled', reason: 'wrong model' } });
      expect(bodies[3]).toMatchObject({ run: { status: 'failed', reason: 'not one of 20 executions has a result' } });
      await stop();
    }));

  test('is told of a sweep that is paused and that ends; of its cells only what a person must know', () =>
    inVirtualTime(async (timing) => {
      const bus = serverAt(timing).connect();
      const { told, stop } = startHere(bus, timing);
      const defined = {
        kind: 'sweep-defined',
        ...{ name: 'night', settings: { atOnce: 1 }, startsBlob: 'b', startedBy: 'ann', cells: [], again: [] },
      } as const;
      let last = 0;
      for (const event of [
        defined,
        { kind: 'sweep-paused', reason: 'GPUs' },
        { kind: 'sweep-resumed' },
        { kind: 'sweep-ended' },
      ]) {
        last = await bus.sweeps.append('night-1', encodeSweepEvent('night-1', event as never), last);
        await soon(timing);
      }
      await bus.runs.put(endedNow(timing, 'cell-1', { sweepId: 'night-1' }));
      await bus.runs.put(endedNow(timing, 'cell-2', { sweepId: 'night-1', status: RunStatus.FAILED }));
      await soon(timing);
      expect(told.map(({ note }) => [note.event, note.target])).toEqual([
        ['sweep.paused', 'night-1'],
        ['sweep.completed', 'night-1'],
        ['run.failed', 'cell-2'],
      ]);
      // Cells that go on have spent what nobody has added up yet.
      expect(told.slice(0, 2).map(({ note }) => JSON.parse(note.body).sweep.tokens)).toEqual([undefined, 0]);
      await stop();
    }));

  test('is told of runs and sweeps beside a sweep that cannot be read, and each time only once', () =>
    inVirtualTime(async (timing) => {
      const bus = serverAt(timing).connect();
      const looks: string[] = [];
      const read: Bus['audit']['read'] = (...asked) => {
        looks.push('audit');
        return bus.audit.read(...asked);
      };
      const { told, stop } = startHere({ ...bus, audit: { ...bus.audit, read } }, timing);
      await bus.sweeps.append('of-a-later-version', new Uint8Array([8, 2]), 0);
      await soon(timing);
      const ended = [
        { kind: 'sweep-defined', name: 'night', settings: { atOnce: 1 }, startsBlob: 'b', startedBy: '', cells: [], again: [] },
        { kind: 'sweep-ended' },
      ] as const;
      let last = 0;
      for (const event of ended) last = await bus.sweeps.append('night-1', encodeSweepEvent('night-1', event), last);
      await soon(timing, 60_000);
      expect(told.map(({ note }) => [note.event, note.target])).toEqual([['sweep.completed', 'night-1']]);
      // Nothing was begun again.
      expect(looks).toHaveLength(1);
      await stop();
    }));

  test('that takes nothing is tried again, more and more slowly, until it does, or until a day is over', () =>
    inVirtualTime(async (timing) => {
      const bus = serverAt(timing).connect();
      const { told, stop, attempts } = startHere(bus, timing, (attempt) => void (attempt <= 6 && refuses()));
      const from = timing.wallMs();
      await bus.runs.put(endedNow(timing, 'r1'));
      await soon(timing, 120_000);
      expect(attempts()).toBe(7);
      expect(told).toHaveLength(1);
      // 1 + 2 + 4 + 8 + 16 + 32 s.
      expect((told[0]?.atMs ?? 0) - from).toBeGreaterThanOrEqual(63_000);
      await stop();

      const dead = startHere(bus, timing, refuses, 'c2');
      // A quarter of an hour is left of the day.
      await bus.runs.put(endedNow(timing, 'r2', { endedAtMs: timing.wallMs() - 24 * 3_600_000 + 900_000 }));
      await soon(timing, 1_800_000);
      const tried = dead.attempts();
      expect(tried).toBeGreaterThan(8);
      expect(tried).toBeLessThan(20);
      await soon(timing, 3_600_000);
      expect(dead.attempts()).toBe(tried);
      await dead.stop();
      const kept = [];
      for await (const { target, code, asked } of bus.audit.read('', never)) kept.push({ target, code, ...JSON.parse(asked) });
      expect(kept).toMatchObject([
        { target: 'r1', code: 'OK', event: 'run.completed', attempts: 7 },
        { target: 'r2', code: 'UNAVAILABLE', why: 'it answered 503' },
      ]);
    }));

  test('is told by one coordinator, and by the next one where that dies, under the same id; never of old runs', () =>
    inVirtualTime(async (timing) => {
      const server = serverAt(timing);
      const [bus, other] = [server.connect(), server.connect()];
      await bus.runs.put(endedNow(timing, 'of-last-week', { endedAtMs: timing.wallMs() - 7 * 86_400_000 }));
      const { endedAtMs: _, ...early } = endedNow(timing, 'of-an-earlier-version');
      await bus.runs.put(early);
      let isUp = false;
      const first = startHere(bus, timing, () => void (isUp || refuses()), 'c1');
      const second = startHere(other, timing, undefined, 'c2');
      await bus.runs.put(endedNow(timing, 'r1'));
      await soon(timing);
      expect([...first.told, ...second.told]).toEqual([]);
      expect(first.attempts() + second.attempts()).toBeGreaterThan(0);
      // Whichever leads.
      isUp = true;
      await first.stop();
      await soon(timing);
      await bus.runs.put(endedNow(timing, 'r2'));
      await soon(timing);
      const notes = [...first.told, ...second.told].map(({ note }) => note.target);
      expect(notes).toEqual(['r1', 'r2']);
      expect(second.told.map(({ note }) => note.target)).toContain('r2');
      await second.stop();
    }));

  test('that takes nothing keeps no one from watching again, once, when a watch has broken off', () =>
    inVirtualTime(async (timing) => {
      const bus = serverAt(timing).connect();
      let open = 0;
      let breaks = 3;
      const broken: Bus = {
        ...bus,
        runs: {
          ...bus.runs,
          async *watch(signal) {
            open += 1;
            yield* bus.runs.watch(signal);
            open -= 1;
          },
        },
        sweeps: {
          ...bus.sweeps,
          async *watch(signal) {
            breaks -= 1;
            if (breaks < 0) return yield* bus.sweeps.watch(signal);
            await timing.sleep(10_000, signal);
            throw new Error('the watch broke off');
          },
        },
      };
      const asked: string[] = [];
      const post = async (_: unknown, note: Note) => {
        asked.push(note.target);
        refuses();
      };
      const webhook = startWebhook(hook, { ...{ bus: broken, timing, logger, name: 'c1' }, post });
      await bus.runs.put(endedNow(timing, 'r1'));
      await soon(timing, 60_000);
      expect(breaks).toBeLessThan(0);
      await bus.runs.put(endedNow(timing, 'r2'));
      await soon(timing);
      expect(asked).toContain('r2');
      expect(open).toBe(1);
      await webhook.stop();
    }));

  test('hears of what ended just before its coordinator was asked to end', () =>
    inVirtualTime(async (timing) => {
      const bus = serverAt(timing).connect();
      const { told, stop } = startHere(bus, timing);
      await soon(timing);
      const put = bus.runs.put(endedNow(timing, 'r1'));
      const stopped = put.then(stop);
      await stopped;
      expect(told.map(({ note }) => note.target)).toEqual(['r1']);
    }));
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type HeldLease, holdLease } from '../../../services/coordinator/hold-lease.ts';
import { randomStream } from '../../../services/domain/random.ts';
import type { Lease, LeaseStore } from '../../../services/shared/messaging/bus.ts';
import { createLogger } from '../../../services/shared/telemetry/logger.ts';
import { type CreepingTiming, createCreepingTiming } from '../../support/creeping-timing.ts';

const logger = createLogger({ service: 'test', version: '0', level: 'silent' });
const ttlMs = 3_000;
const [dueMs, lostAfterMs] = [ttlMs / 3, (ttlMs * 2) / 3];
const inaccuracyMs = 0.05;

interface Renewal {
  readonly takesMs: number;
  readonly outcome: 'renewed' | 'taken' | 'fails' | 'hangs';
}

const renewal = fc.record<Renewal>({
  takesMs: fc.oneof(fc.nat(20), fc.nat(ttlMs)),
  outcome: fc.oneof(
    { weight: 8, arbitrary: fc.constant('renewed' as const) },
    { weight: 3, arbitrary: fc.constant('fails' as const) },
    { weight: 1, arbitrary: fc.constantFrom('taken' as const, 'hangs' as const) },
  ),
});

/** A store whose renewals go as told, and well when nothing more is told. */
function createStore(timing: CreepingTiming, acquireMs: number, renewals: readonly Renewal[]) {
  const seen = { askedAtMs: timing.monotonicMs(), taken: false, released: 0, asked: 0 };
  const lease: Lease = {
    ...{ epoch: 1, ttlMs },
    renew: () => {
      const { takesMs, outcome } = renewals[seen.asked] ?? { takesMs: 1, outcome: 'renewed' };
      seen.asked += 1;
      const askedAtMs = timing.monotonicMs();
      return new Promise((resolve, reject) => {
        if (outcome === 'hangs') return;
        timing.after(takesMs, () => {
          if (outcome === 'fails') return reject(new Error('the server did not answer'));
          if (outcome === 'renewed') seen.askedAtMs = askedAtMs;
          else seen.taken = true;
          resolve(outcome === 'renewed');
        });
      });
    },
    release: async () => {
      seen.released += 1;
    },
  };
  const store: LeaseStore = { acquire: () => new Promise((resolve) => timing.after(acquireMs, () => resolve(lease))) };
  return { store, seen };
}

async function until<T>(timing: CreepingTiming, work: Promise<T>): Promise<T> {
  let done = false;
  const settled = work.finally(() => {
    done = true;
  });
  for (let step = 0; !done; step += 1) if (!(await timing.step()) && step > 1_000) throw new Error('it never ends');
  return await settled;
}

test('a lease is held exactly as long as its renewals allow, by any clock and timers, and ends when it is let go', async () => {
  const seed = Number(process.env.SCALE_TEST_SEED ?? 1);
  await fc.assert(
    fc.asyncProperty(
      fc.array(renewal, { maxLength: 12 }),
      fc.nat(ttlMs),
      fc.nat(60),
      fc.nat(),
      async (renewals, acquireMs, steps, lot) => {
        const random = randomStream(lot, 'clock');
        const timing = createCreepingTiming(() => random.next(), inaccuracyMs);
        const { store, seen } = createStore(timing, acquireMs, renewals);
        const held = (await until(timing, holdLease(store, 'run-r', 'c', logger, timing))) as HeldLease;
        for (let step = 0; step < steps; step += 1) {
          const sinceMs = timing.monotonicMs() - seen.askedAtMs;
          // Some inaccuracies of timers and readings add up in between.
          if (held.lost.aborted) {
            expect(seen.taken || sinceMs > lostAfterMs - 1).toBe(true);
            break;
          }
          expect(sinceMs).toBeLessThan(lostAfterMs + 1);
          expect(seen.taken).toBe(false);
          await timing.step();
        }
        await until(timing, (async () => await held[Symbol.asyncDispose]())());
        expect(seen.released).toBe(held.lost.aborted ? 0 : 1);
        const asked = seen.asked;
        for (let step = 0; step < 20; step += 1) await timing.step();
        expect(seen.asked, 'renewals after the end').toBe(asked);
      },
    ),
    { numRuns: 3000, seed },
  );
});

test('a renewal that never ends does not keep a lease that is lost', async () => {
  const timing = createCreepingTiming(() => 0.5, inaccuracyMs);
  const { store, seen } = createStore(timing, 0, [{ takesMs: 0, outcome: 'hangs' }]);
  const held = (await until(timing, holdLease(store, 'run-r', 'c', logger, timing))) as HeldLease;
  while (!held.lost.aborted) if (!(await timing.step())) throw new Error('nothing happens any more, and the lease is still held');
  expect(timing.monotonicMs() - seen.askedAtMs).toBeLessThan(lostAfterMs + 1);
  expect(held.lost.reason).toMatchObject({ message: 'the lease run-r could not be renewed in time' });
  expect(timing.monotonicMs()).toBeGreaterThan(dueMs);
});

test('a lease that took too long to get is not held', async () => {
  const timing = createCreepingTiming(() => 0.5, inaccuracyMs);
  const { store } = createStore(timing, lostAfterMs + 100, []);
  const held = (await until(timing, holdLease(store, 'run-r', 'c', logger, timing))) as HeldLease;
  await timing.step();
  expect(held.lost.aborted).toBe(true);
});

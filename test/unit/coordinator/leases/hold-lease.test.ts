import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type HeldLease, holdLease } from '../../../../services/coordinator/leases/hold-lease.ts';
import { randomStream } from '../../../../services/domain/random.ts';
import type { Bus, Lease, LeaseStore } from '../../../../services/shared/messaging/bus.ts';
import { createInMemoryServer } from '../../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { createLogger } from '../../../../services/shared/telemetry/logger.ts';
import { type CreepingTiming, createCreepingTiming } from '../../../support/creeping-timing.ts';
import { createManualTiming } from '../../../support/manual-timing.ts';

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
    ...{ epoch: 1, id: 'a', ttlMs },
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
  const store: Pick<LeaseStore, 'acquire'> = {
    acquire: () => new Promise((resolve) => timing.after(acquireMs, () => resolve(lease))),
  };
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

/** Two coordinators and the store's own leases, on one clock. */
function twoHolders() {
  const timing = createManualTiming();
  const server = createInMemoryServer({ timing, leaseTtlMs: ttlMs });
  const [first, second] = [server.connect(), server.connect()];
  const unreachable = new Set<Bus>();
  const hold = (bus: Bus, holder: string) => {
    const acquire: LeaseStore['acquire'] = async (...named) => {
      const lease = await bus.leases.acquire(...named);
      const renew = async (): Promise<boolean> => {
        if (unreachable.has(bus)) throw new Error('the server did not answer');
        return (await lease?.renew()) ?? false;
      };
      return lease && { ...lease, renew };
    };
    return holdLease({ acquire }, 'run-r', holder, logger, timing);
  };
  return { timing, first, second, hold, cutOff: (bus: Bus) => unreachable.add(bus) };
}

test('a lease is renewed every third of its life, and sooner once a renewal has failed', async () => {
  const { timing, first } = twoHolders();
  const [asked, failing]: [number[], Set<number>] = [[], new Set([2, 3])];
  const watched: Pick<LeaseStore, 'acquire'> = {
    acquire: async (name, holder) => {
      const lease = await first.leases.acquire(name, holder);
      return (
        lease && {
          ...lease,
          renew: async () => {
            asked.push(timing.monotonicMs());
            if (failing.has(asked.length)) throw new Error('the server did not answer');
            return await lease.renew();
          },
        }
      );
    },
  };
  await using held = await holdLease(watched, 'run-r', 'a', logger, timing);
  await timing.advance(4_600);
  expect(asked).toEqual([1_000, 2_000, 2_250, 2_500, 3_500, 4_500]);
  expect(held?.lost.aborted).toBe(false);
});

test('a lease that is lost goes to another with a higher epoch, not before its time, and can be had again', async () => {
  const { timing, first, second, hold, cutOff } = twoHolders();
  const held = await hold(first, 'a');
  expect(await hold(second, 'b')).toBeUndefined();
  await timing.advance(1_500);
  // The last renewal that worked was asked for after a third of its life.
  cutOff(first);
  await timing.advance(1_499);
  expect(held?.lost.aborted).toBe(false);
  await timing.advance(1);
  expect(held?.lost.aborted).toBe(true);
  expect(await hold(second, 'b')).toBeUndefined();
  await timing.advance(1_000);
  const next = await hold(second, 'b');
  expect(next?.epoch).toBeGreaterThan(held?.epoch ?? 0);
  // Its end is not the end of what the other one holds.
  await held?.[Symbol.asyncDispose]();
  expect(next?.lost.aborted).toBe(false);
  await next?.[Symbol.asyncDispose]();
  await using again = await hold(second, 'b');
  expect(again?.epoch).toBeGreaterThan(next?.epoch ?? 0);
  expect(timing.waiting()).toBe(2);
});

test('a lease that is let go is free at once, and leaves no timer behind', async () => {
  const { timing, first, second, hold } = twoHolders();
  const held = await hold(first, 'a');
  await held?.[Symbol.asyncDispose]();
  expect(timing.waiting()).toBe(0);
  await using other = await hold(second, 'b');
  expect(other?.epoch).toBeGreaterThan(held?.epoch ?? 0);
});

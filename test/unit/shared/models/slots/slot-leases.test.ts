import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Timing } from '../../../../../services/shared/lifecycle/timing.ts';
import { createInMemoryServer } from '../../../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { createSlotLeases } from '../../../../../services/shared/models/slots/slot-leases.ts';
import { inVirtualTime } from '../../../../support/virtual-clock.ts';

const logger = pino({ level: 'silent' });
const never = new AbortController().signal;
const ttlMs = 30_000;

/** How long a process waits for slots that all are another's, with calls under way in each. */
async function waitedMs(timing: Timing, hasEnded: (id: string) => boolean): Promise<number> {
  const server = createInMemoryServer({ timing });
  const endpoint = { baseUrl: 'http://gpu/v1', maxConcurrency: 8 };
  const leaseOf = (id: string) => {
    const leases = createSlotLeases({ store: server.connect().slots, name: 'w', ttlMs, timing, logger, id, hasEnded });
    return { leases, lease: leases.leaseFor(endpoint) };
  };
  const first = leaseOf('first');
  first.lease.waiting({}, 100);
  while (first.lease.slots < 8) await timing.sleep(10, never);
  for (let slot = 0; slot < 8; slot += 1) first.lease.begin(() => {});
  const beganMs = timing.monotonicMs();
  const second = leaseOf('second');
  second.lease.waiting({}, 8);
  while (!second.lease.hasRoom() && timing.monotonicMs() - beganMs < 2 * ttlMs) await timing.sleep(10, never);
  const took = timing.monotonicMs() - beganMs;
  await Promise.all([first, second].map(({ leases }) => leases.close()));
  return took;
}

test('the slots of a process that is known to have ended are free as soon as the server has noticed', async () => {
  const waited = await inVirtualTime((timing) => waitedMs(timing, (id) => id === 'first'));
  expect(waited).toBeGreaterThanOrEqual(500);
  expect(waited).toBeLessThan(600);
});

test('those of one that lives and calls are not, however long another waits', async () => {
  expect(await inVirtualTime((timing) => waitedMs(timing, () => false))).toBeGreaterThanOrEqual(2 * ttlMs);
});

test('a slot that another gives back before the own claim is acknowledged is taken at once', async () => {
  const waited = await inVirtualTime(async (timing) => {
    const server = createInMemoryServer({ timing });
    const endpoint = { baseUrl: 'http://gpu/v1', maxConcurrency: 8 };
    const { slots } = server.connect();
    const slow: typeof slots = {
      ...slots,
      update: async (name, change) => {
        const table = await slots.update(name, change);
        await timing.sleep(5, never);
        return table;
      },
    };
    const leaseOf = (id: string, store: typeof slots) =>
      createSlotLeases({ store, name: id, ttlMs, timing, logger, id, hasEnded: () => false });
    const [first, second] = [leaseOf('first', slots), leaseOf('second', slow)];
    const busy = first.leaseFor(endpoint);
    busy.waiting({}, 8);
    while (busy.slots < 8) await timing.sleep(10, never);
    const calls = Array.from({ length: 6 }, () => busy.begin(() => {}));
    const beganMs = timing.monotonicMs();
    const other = second.leaseFor(endpoint);
    other.waiting({}, 1);
    while (!other.hasRoom() && timing.monotonicMs() - beganMs < ttlMs) await timing.sleep(1, never);
    const took = timing.monotonicMs() - beganMs;
    for (const { ended } of calls) ended();
    await Promise.all([first.close(), second.close()]);
    return took;
  });
  // Two claims of 5 ms each, and not the next renewal.
  expect(waited).toBeLessThan(30);
});

/** An executor with many calls to make and the slots of an endpoint, and a predictor with a call under way where it is there. */
async function burst(timing: Timing, withPredictor: boolean) {
  const { slots: store } = createInMemoryServer({ timing }).connect();
  const endpoint = { baseUrl: 'http://gpu/v1', maxConcurrency: 16 };
  const [one, other] = ['executor', 'predictor'].map((id) =>
    createSlotLeases({ store, name: id, ttlMs, timing, logger, id, hasEnded: () => false }),
  );
  if (one === undefined || other === undefined) throw new Error('two leases');
  const executor = one.leaseFor(endpoint);
  const predictor = withPredictor ? other.leaseFor(endpoint) : undefined;
  if (predictor !== undefined) {
    while (!predictor.hasRoom()) await timing.sleep(1, never);
    predictor.begin(() => {});
  }
  executor.waiting({}, 40);
  while (executor.slots < (withPredictor ? 15 : 16)) await timing.sleep(1, never);
  const begun: { ended(): void }[] = [];
  const beginAll = (): void => {
    while (executor.hasRoom()) begun.push(executor.begin(() => {}));
  };
  beginAll();
  const close = () => Promise.all([one.close(), other.close()]);
  return { executor, predictor, begun, beginAll, close };
}

test('of the slots that a process takes at once the last is left for a moment, for whoever comes to want one', () =>
  inVirtualTime(async (timing) => {
    const { predictor, begun, close } = await burst(timing, true);
    expect(begun).toHaveLength(14);
    predictor?.waiting({}, 1);
    const beganMs = timing.monotonicMs();
    while (predictor?.hasRoom() === false && timing.monotonicMs() - beganMs < 1_000) await timing.sleep(1, never);
    expect(timing.monotonicMs() - beganMs).toBeLessThan(10);
    await close();
  }));

test('where nobody comes, the process is told that there is room, and takes it', () =>
  inVirtualTime(async (timing) => {
    const { executor, begun, beginAll, close } = await burst(timing, true);
    executor.onRoom(beginAll);
    await timing.sleep(20, never);
    expect(begun).toHaveLength(15);
    await close();
  }));

test('a slot that becomes free while all others are in use is taken again at once', () =>
  inVirtualTime(async (timing) => {
    const { executor, begun, beginAll, close } = await burst(timing, true);
    executor.onRoom(beginAll);
    await timing.sleep(100, never);
    begun[3]?.ended();
    expect(begun).toHaveLength(16);
    await close();
  }));

test('a process that has the endpoint for itself leaves none', () =>
  inVirtualTime(async (timing) => {
    const { begun, close } = await burst(timing, false);
    expect(begun).toHaveLength(16);
    await close();
  }));

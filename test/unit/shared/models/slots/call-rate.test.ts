import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { Timing } from '../../../../../services/shared/lifecycle/timing.ts';
import { createInMemoryServer } from '../../../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { createCallRate, type RatesPerMinute } from '../../../../../services/shared/models/slots/call-rate.ts';
import { createSlotLeases } from '../../../../../services/shared/models/slots/slot-leases.ts';
import { inVirtualTime } from '../../../../support/virtual-clock.ts';

const logger = pino({ level: 'silent' });
const minuteMs = 60_000;
const never = new AbortController().signal;

interface Begun {
  readonly worker: number;
  readonly atMs: number;
  readonly tokens: number;
}

/** What workers that always have calls waiting send to one endpoint in so many minutes. */
async function send(timing: Timing, rates: RatesPerMinute, workers: number, minutes: number): Promise<Begun[]> {
  const server = createInMemoryServer({ timing });
  const begun: Begun[] = [];
  const processes = Array.from({ length: workers }, (_, worker) => {
    const leases = createSlotLeases({ store: server.connect().slots, name: 'w', ttlMs: 30_000, timing, logger, id: `${worker}` });
    const settings = { baseUrl: 'http://api/v1', maxConcurrency: 32, requestsPerMinute: rates.requestsPerMinute ?? 1e6 };
    const lease = leases.leaseFor({ ...settings, ...(rates.tokensPerMinute && { tokensPerMinute: rates.tokensPerMinute }) });
    const begin = (): void => {
      while (lease.hasRoom()) {
        const tokens = 300 + ((begun.length * 37) % 200);
        begun.push({ worker, atMs: timing.monotonicMs(), tokens });
        const slot = lease.begin(() => {}, 100);
        timing.after(700, () => slot.ended(tokens));
      }
      lease.waiting(begun, 100);
    };
    lease.onRoom(begin);
    begin();
    return leases;
  });
  await timing.sleep(minutes * minuteMs, never);
  await Promise.all(processes.map((leases) => leases.close()));
  return begun;
}

function mostInAMinute(begun: readonly Begun[], amountOf: (each: Begun) => number): number {
  const within = (fromMs: number) => begun.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + minuteMs);
  return Math.max(...begun.map(({ atMs }) => within(atMs).reduce((sum, each) => sum + amountOf(each), 0)));
}

describe.each([1, 3])('of %i workers', (workers) => {
  test('no more calls begin in any minute than the rate allows, and nearly as many', async () => {
    const begun = await inVirtualTime((timing) => send(timing, { requestsPerMinute: 300 }, workers, 5));
    expect(mostInAMinute(begun, () => 1)).toBeLessThanOrEqual(300);
    expect(begun.length).toBeGreaterThan(0.93 * 5 * 300);
    for (let worker = 0; worker < workers; worker += 1) {
      expect(begun.filter((each) => each.worker === worker).length).toBeGreaterThan((0.8 * 5 * 300) / workers);
    }
  });

  test('the tokens of no minute are more than the rate allows, but for what is in flight, and nearly as many', async () => {
    const begun = await inVirtualTime((timing) => send(timing, { tokensPerMinute: 100_000 }, workers, 5));
    const inFlight = 3 * 500 * workers;
    expect(mostInAMinute(begun, ({ tokens }) => tokens)).toBeLessThanOrEqual(100_000 + inFlight);
    expect(begun.reduce((sum, { tokens }) => sum + tokens, 0)).toBeGreaterThan(0.93 * 5 * 100_000);
  });
});

test('a rate of one call a minute lets a first one begin at once, and others in their time', async () => {
  const begun = await inVirtualTime((timing) => send(timing, { requestsPerMinute: 1 }, 1, 10));
  expect(begun[0]?.atMs).toBeLessThan(1_000);
  expect(mostInAMinute(begun, () => 1)).toBe(1);
  expect(begun.length).toBeGreaterThanOrEqual(5);
});

test('without a share of the slots there is none of the rate', async () => {
  await inVirtualTime(async (timing) => {
    const rate = createCallRate({ requestsPerMinute: 60 }, timing);
    rate.began(0).ended(undefined);
    expect(rate.waitMs(0)).toBe(Number.POSITIVE_INFINITY);
    const wait = rate.waitMs(1);
    expect(wait).toBeGreaterThan(900);
    await timing.sleep(wait, never);
    expect(rate.waitMs(1)).toBeLessThan(1);
  });
});

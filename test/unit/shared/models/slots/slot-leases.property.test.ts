import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { randomStream } from '../../../../../services/domain/random.ts';
import { createInMemoryServer } from '../../../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import type { SlotTableStore } from '../../../../../services/shared/messaging/table-store.ts';
import type { SlotLease } from '../../../../../services/shared/models/slots/slot-lease.ts';
import { createSlotLeases, type SlotLeases } from '../../../../../services/shared/models/slots/slot-leases.ts';
import { type CreepingTiming, createCreepingTiming } from '../../../../support/creeping-timing.ts';
import { quickRandom } from '../../../../support/quick-random.ts';

const { stackTraceLimit } = Error;
beforeAll(() => {
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

const logger = pino({ level: 'silent' });
const ttlMs = 1_000;
const baseUrl = 'http://gpu-1:8000/v1';
const seeds = 200;
const mostSteps = 100_000;

interface Process {
  readonly leases: SlotLeases;
  readonly lease: SlotLease;
  readonly state: { dead: boolean; cutOff: boolean };
  /** What ends each of its calls; a dead process's are cut by its machine. */
  readonly calls: Set<() => void>;
}

/** A way to the store that takes its time, loses questions and answers, and is cut off at times. */
function slowWay(store: SlotTableStore, timing: CreepingTiming, random: () => number, state: Process['state']): SlotTableStore {
  const never = new AbortController().signal;
  const wayMs = (): number => (random() < 0.05 ? random() * 400 : random() * 10);
  const pass = async (): Promise<void> => {
    await timing.sleep(wayMs(), never);
    if (state.dead) await new Promise(() => {});
    while (state.cutOff) await timing.sleep(50, never);
    if (random() < 0.02) throw new Error('lost on the way');
  };
  return {
    update: async (endpoint, change) => {
      await pass();
      const table = await store.update(endpoint, change);
      await pass();
      return table;
    },
    async *watch(signal) {
      for await (const table of store.watch(signal)) {
        await pass();
        yield table;
      }
    },
  };
}

/** What went wrong in one made-up cluster whose processes come, call, are cut off from the bus, die and come back. */
async function play(seed: number): Promise<string | undefined> {
  const random = quickRandom(seed);
  const timing = createCreepingTiming(random, 0.5);
  const never = new AbortController().signal;
  const server = createInMemoryServer({ timing });
  const limit = 1 + Math.floor(random() * 12);
  let inFlight = 0;
  let [trouble, most, served]: [string | undefined, number, number] = [undefined, 0, 0];
  let names = 0;
  let over = false;

  const start = (): Process => {
    names += 1;
    const state = { dead: false, cutOff: false };
    const store = slowWay(server.connect().slots, timing, random, state);
    const leases = createSlotLeases({ store, name: 'w', id: String(names), ttlMs, timing, logger });
    return { leases, lease: leases.leaseFor({ baseUrl, maxConcurrency: limit }), state, calls: new Set() };
  };
  /** Makes calls, as many at once as there is room for, until it dies or the end. */
  const work = async (process: Process): Promise<void> => {
    const { lease, state, calls } = process;
    let wanted = 0;
    const begin = (): void => {
      while (wanted > 0 && lease.hasRoom() && !state.dead) {
        wanted -= 1;
        inFlight += 1;
        most = Math.max(most, inFlight);
        if (inFlight > limit) trouble ??= `${inFlight} calls in flight at ${timing.monotonicMs()}, the limit is ${limit}`;
        const end = (): void => {
          if (!calls.delete(end)) return;
          inFlight -= 1;
          served += 1;
          slot.ended();
        };
        const slot = lease.begin(end);
        calls.add(end);
        timing.after(random() < 0.1 ? 2_000 : random() * 100, end);
      }
      lease.waiting(process, wanted);
    };
    lease.onRoom(begin);
    while (!state.dead && !over) {
      wanted = random() < 0.3 ? 0 : Math.floor(random() * 20);
      begin();
      await timing.sleep(random() * 300, never);
    }
  };
  const disturb = async (processes: Process[]): Promise<void> => {
    for (let each = 0; each < 8; each += 1) {
      await timing.sleep(random() * 1_500, never);
      const index = Math.floor(random() * processes.length);
      const process = processes[index] as Process;
      if (random() < 0.4) {
        process.state.cutOff = true;
        await timing.sleep(random() * 2_500, never);
        process.state.cutOff = false;
      } else {
        process.state.dead = true;
        for (const end of [...process.calls]) end();
        if (random() < 0.8) {
          processes[index] = start();
          void work(processes[index]);
        } else if (processes.length > 1) processes.splice(index, 1);
      }
    }
  };
  const processes = Array.from({ length: 1 + Math.floor(random() * 4) }, start);
  for (const process of processes) void work(process);
  const disturbed = disturb(processes).then(async () => {
    // After the last trouble, each living process is served again.
    const before = served;
    await timing.sleep(6 * ttlMs, never);
    if (served === before && processes.some(({ state }) => !state.dead)) trouble ??= 'nobody was served any more';
    over = true;
    await Promise.all(processes.map(({ leases, state }) => (state.dead ? undefined : leases.close())));
  });
  let done = false;
  void disturbed.then(() => {
    done = true;
  });
  for (let step = 0; !done && step < mostSteps && (await timing.step()); step += 1);
  return trouble ?? (done ? undefined : 'it came to a standstill');
}

test('however processes come, die and lose the bus, no more calls than the limit are in flight, and all get on', async () => {
  const first = Math.floor(randomStream(Date.now(), 'clusters').next() * 0x3fffffff);
  for (let seed = first; seed < first + seeds; seed += 1) {
    const trouble = await play(seed);
    if (trouble !== undefined) expect.fail(`cluster ${seed}: ${trouble}`);
  }
});

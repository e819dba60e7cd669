import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bus, Delivery, Lease } from '../../services/shared/messaging/bus.ts';
import { createInMemoryServer } from '../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { connectBus } from '../../services/shared/messaging/nats-bus.ts';
import { executeJob, executionResult, modelCall, newRunId } from '../support/bus-messages.ts';
import { startTestNatsServer, type TestNatsServer } from '../support/nats-server.ts';

/** The simulation is worth what its bus is like the real one: both do the same random things, and must answer alike. */

const jobIds = ['a', 'b', 'c', 'd'];
const job = fc.constantFrom(...jobIds);
const writer = fc.constantFrom('w1', 'w2');

const anyStep = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('publish' as const), job }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pull' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('ack' as const, 'retry' as const, 'terminate' as const, 'heartbeat' as const),
      job,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('open' as const), cap: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('outstanding' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('result' as const), job, writer }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('append' as const), writer }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('catch-up' as const), writer }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('record' as const), job, writer }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('acquire' as const, 'renew' as const, 'release' as const), writer }) },
);
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

/**
 * What the steps of a scenario do to one bus, and what it answered, in words that do not depend on the bus. `due` is how many
 * jobs a pull should give.
 */
function createPlayer(bus: Bus, runId: string): (step: Step, due?: number) => Promise<unknown> {
  const held = new Map<string, Delivery>();
  const leases = new Map<string, Lease>();
  const known = new Map<string, number>();
  let entries = 0;
  const never = new AbortController().signal;

  const pullAll = async (due: number) => {
    const got: string[] = [];
    for (;;) {
      // A busy machine may take long for what surely comes; only what should not come is given a short time.
      const waitMs = got.length < due ? 10_000 : 40;
      const deliveries = await bus.jobs.pull('execute', runId, { max: 10, waitMs }, never);
      if (deliveries.length === 0) return got.sort();
      for (const delivery of deliveries) {
        held.set(delivery.job.jobId, delivery);
        got.push(`${delivery.job.jobId} for the ${delivery.deliveryCount}. time`);
      }
    }
  };
  const append = async (who: string) => {
    const entry = new TextEncoder().encode(`entry ${entries}`);
    entries += 1;
    known.set(who, await bus.log.append(runId, entry, known.get(who) ?? 0));
    return 'appended';
  };
  const readLog = async (who: string) => {
    const read: string[] = [];
    for await (const { sequence, entry } of bus.log.read(runId, { after: 0, follow: false }, never)) {
      known.set(who, sequence);
      read.push(new TextDecoder().decode(entry));
    }
    return read;
  };
  const acquire = async (who: string) => {
    const lease = await bus.leases.acquire(runId, who);
    if (lease) leases.set(who, lease);
    return lease ? 'acquired' : 'held by another';
  };

  const play = async (step: Step, due: number): Promise<unknown> => {
    switch (step.do) {
      case 'publish':
        return await bus.jobs.publish(executeJob(runId, step.job));
      case 'pull':
        return await pullAll(due);
      case 'ack':
        return await held.get(step.job)?.ack();
      case 'retry':
        return await held.get(step.job)?.retry(0);
      case 'terminate':
        return await held.get(step.job)?.terminate();
      case 'heartbeat':
        return await held.get(step.job)?.heartbeat();
      case 'open':
        return await bus.jobs.openLane('execute', runId, { maxInFlight: step.cap });
      case 'close':
        held.clear();
        return await bus.jobs.closeLanes(runId);
      case 'outstanding':
        return [...(await bus.jobs.outstanding(runId))].sort();
      case 'result':
        return [
          await bus.results.put(executionResult(runId, step.job, step.writer)),
          (await bus.results.get(runId, step.job))?.worker,
        ];
      case 'append':
        return await append(step.writer);
      case 'catch-up':
        return await readLog(step.writer);
      case 'record':
        await bus.journal.record(runId, step.job, [modelCall(step.writer), modelCall('beside')]);
        return [...(await bus.journal.read(runId, step.job)).keys()].sort();
      case 'acquire':
        return await acquire(step.writer);
      case 'renew':
        return await leases.get(step.writer)?.renew();
      case 'release':
        return await leases.get(step.writer)?.release();
    }
  };
  return (step, due = 0) => play(step, due).catch((error: unknown) => (error as Error).name);
}

let server: TestNatsServer;
let natsBus: Bus;
beforeAll(async () => {
  server = await startTestNatsServer();
  const logger = pino({ level: 'silent' });
  natsBus = await connectBus({ servers: [server.url], name: 'conformance', logger, deadlineMs: 30_000 });
});
afterAll(async () => {
  await natsBus.close();
  await server.stop();
});

test('the in-memory bus answers as the NATS bus does, whatever is asked in whatever order', async () => {
  const inMemoryBus = createInMemoryServer().connect();
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 10, maxLength: 40 }), async (steps) => {
      const [playReal, playSimulated] = [createPlayer(natsBus, newRunId()), createPlayer(inMemoryBus, newRunId())];
      for (const step of [{ do: 'open', cap: 3 } as const, ...steps]) {
        const simulated = await playSimulated(step);
        const real = await playReal(step, step.do === 'pull' && Array.isArray(simulated) ? simulated.length : 0);
        expect(simulated, `after ${JSON.stringify(step)}`).toEqual(real);
      }
    }),
    { numRuns: 25, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
  );
});

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type AuditEntry, RunStatus } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import type { WorkerReport } from '../../services/shared/contracts/generated/scale/v1/job.ts';
import { decodeJob } from '../../services/shared/contracts/job-codec.ts';
import { decodeSweepEvent, encodeSweepEvent } from '../../services/shared/contracts/sweep-codec.ts';
import type { Bus, Delivery, Lease, StoredNote } from '../../services/shared/messaging/bus.ts';
import { BlobMissingError, BusError, InvalidRequestError, LogConflictError } from '../../services/shared/messaging/errors.ts';
import type { LogEntry, SweepLogChange } from '../../services/shared/messaging/event-log.ts';
import {
  executeJob,
  executionResult,
  modelCall,
  newRunId,
  predictJob,
  runManifest,
  runMemory,
  spendingNote,
} from '../support/bus-messages.ts';

export interface BusLimits {
  readonly ackWaitMs: number;
  readonly leaseTtlMs: number;
}

/** For tests that wait for redelivery or expiry. */
export const shortLimits: BusLimits = { ackWaitMs: 800, leaseTtlMs: 1_500 };

/** For all others: on a busy machine nothing is delivered again, or expires, that they still have in hand. */
const longLimits: BusLimits = { ackWaitMs: 45_000, leaseTtlMs: 45_000 };

export interface BusUnderTest {
  /** A new client of the one server. */
  connect(): Promise<Bus>;
  stop(): Promise<void>;
}

const { ackWaitMs, leaseTtlMs } = shortLimits;
/** Later its holder may have stopped: before anyone else can start. */
const renewedWithinMs = (leaseTtlMs * 2) / 3;
const never = new AbortController().signal;

const logKinds = [
  {
    ...{ of: 'run', log: 'log' as const },
    bytes: (text: string): Uint8Array => new TextEncoder().encode(text),
    textOf: (entry: Uint8Array): string => new TextDecoder().decode(entry),
  },
  {
    // The collector of blobs reads these.
    ...{ of: 'sweep', log: 'sweeps' as const },
    bytes: (text: string): Uint8Array => encodeSweepEvent('s', { kind: 'sweep-paused', reason: text }),
    textOf: (entry: Uint8Array): string => {
      const event = decodeSweepEvent(entry);
      return event.kind === 'sweep-paused' ? event.reason : event.kind;
    },
  },
];

/** The sentences of services/shared/messaging/bus.ts, as tests. */
export function describeBusContract(name: string, start: (limits: BusLimits) => Promise<BusUnderTest>): void {
  describeExpiry(name, () => start(shortLimits));
  describe.concurrent(`${name} as a bus`, () => {
    let server: BusUnderTest;
    let bus: Bus;
    let other: Bus;

    beforeAll(async () => {
      server = await start(longLimits);
      bus = await server.connect();
      other = await server.connect();
    });

    afterAll(async () => {
      await bus?.close();
      await other?.close();
      await server?.stop();
    });

    test('tells one time to all', async () => {
      const [one, another] = [await bus.now(), await other.now()];
      expect(another).toBeGreaterThanOrEqual(one);
      // The servers of these tests are on this machine.
      expect(Math.abs(another - Date.now())).toBeLessThan(60_000);
    });

    const { openedRun, pull, pullOne, pullDue } = toolsOf(() => ({ bus, other }));

    describe('jobs', () => {
      test('arrive as they were published', async () => {
        const runId = await openedRun();
        expect(await bus.jobs.publish(executeJob(runId, 'j1'))).toBe('queued');
        const delivery = await pullOne(runId);
        expect(delivery.job).toEqual(executeJob(runId, 'j1'));
        expect([delivery.deliveryCount, delivery.isFirst]).toEqual([1, true]);
        await delivery.ack();
      });

      test('that are called new arrive so, and are not queued over one that is there', async () => {
        const runId = await openedRun();
        expect(await bus.jobs.publish({ ...executeJob(runId, 'j1'), newUnder: 'a' })).toBe('queued');
        expect(await bus.jobs.publish({ ...executeJob(runId, 'j1'), newUnder: 'b' })).toBe('already-queued');
        const delivery = await pullOne(runId);
        expect(delivery.job.newUnder).toBe('a');
        await delivery.ack();
      });

      test('that are published twice are queued once, also while they are being worked on', async () => {
        const runId = await openedRun();
        await bus.jobs.publish(executeJob(runId, 'j1'));
        expect(await other.jobs.publish(executeJob(runId, 'j1'))).toBe('already-queued');
        const delivery = await pullOne(runId);
        expect(await bus.jobs.publish(executeJob(runId, 'j1'))).toBe('already-queued');
        expect(await pull(runId)).toEqual([]);
        await delivery.ack();
      });

      test('can be queued again as soon as they are done', async () => {
        const runId = await openedRun();
        await bus.jobs.publish(executeJob(runId, 'j1'));
        await (await pullOne(runId)).ack();
        expect(await bus.jobs.publish(executeJob(runId, 'j1'))).toBe('queued');
        const again = await pullOne(runId);
        expect(again.deliveryCount).toBe(1);
        await again.ack();
      });

      test('published before their lane is opened are delivered once it is', async () => {
        const runId = newRunId();
        await bus.jobs.publish(executeJob(runId, 'early'));
        expect(await pull(runId, 1, 50)).toEqual([]);
        await bus.jobs.openLane('execute', runId, { maxInFlight: 1 });
        expect(idsOf([await pullOne(runId)])).toEqual(['early']);
      });

      test('without work, or with an id that no subject can hold, are refused', async () => {
        const runId = newRunId();
        await expect(bus.jobs.publish({ ...executeJob(runId, 'j1'), work: undefined })).rejects.toThrow(InvalidRequestError);
        await expect(bus.jobs.publish(executeJob(runId, 'a.b'))).rejects.toThrow(InvalidRequestError);
        await expect(bus.jobs.publish(executeJob('run *', 'j1'))).rejects.toThrow(/"run \*"/);
      });

      test('that are given back come after the delay and not before', async () => {
        const runId = await openedRun();
        await bus.jobs.publish(executeJob(runId, 'j1'));
        await (await pullOne(runId)).retry(500.25);
        const given = performance.now();
        const again = await pullOne(runId);
        expect(performance.now() - given).toBeGreaterThan(400);
        expect(again.deliveryCount).toBe(2);
        await again.retry(0);
        expect((await pullOne(runId)).deliveryCount).toBe(3);
      });

      test('that were given back come at once even if a heartbeat straggles behind', async () => {
        const runId = await openedRun();
        await bus.jobs.publish(executeJob(runId, 'j1'));
        for (const count of [1, 2, 3, 4, 5]) {
          const delivery = await pullOne(runId);
          expect(delivery.deliveryCount).toBe(count);
          await Promise.all([delivery.retry(0), delivery.heartbeat()]);
        }
      });

      test('are handed out once each to workers that pull at the same time', async () => {
        const runId = await openedRun(100);
        const ids = Array.from({ length: 24 }, (_, index) => `j${index}`);
        await Promise.all(ids.map((id) => bus.jobs.publish(executeJob(runId, id))));
        const got: string[] = [];
        const worker = async (client: Bus) => {
          for (;;) {
            const deliveries = await client.jobs.pull('execute', runId, { max: 3, waitMs: 100 }, never);
            if (deliveries.length === 0) return;
            got.push(...idsOf(deliveries));
            await Promise.all(deliveries.map((delivery) => delivery.ack()));
          }
        };
        await Promise.all([worker(bus), worker(other), worker(other)]);
        expect(got.sort()).toEqual(ids.sort());
      });
    });

    describe('a pull', () => {
      test('gives at most as many jobs as asked for', async () => {
        const runId = await openedRun();
        for (const id of ['j1', 'j2', 'j3']) await bus.jobs.publish(executeJob(runId, id));
        const deliveries: Delivery[] = [];
        while (deliveries.length < 3) {
          const pulled = await pull(runId, 2, 20_000);
          expect([1, 2]).toContain(pulled.length);
          deliveries.push(...pulled);
        }
        expect(idsOf(deliveries)).toEqual(['j1', 'j2', 'j3']);
      });

      test('gives at most as many as the cap over all workers leaves, and the next when one is settled', async () => {
        const runId = await openedRun(2);
        for (const id of ['j1', 'j2', 'j3']) await bus.jobs.publish(executeJob(runId, id));
        const held = await pullDue(runId, 2);
        expect(held).toHaveLength(2);
        expect(await bus.jobs.pull('execute', runId, { max: 10, waitMs: 100 }, never)).toEqual([]);
        await held[0]?.ack();
        expect(await pullDue(runId, 1)).toHaveLength(1);
      });

      test('follows a cap that is changed while the lane is open', async () => {
        const runId = await openedRun(1);
        for (const id of ['j1', 'j2', 'j3']) await bus.jobs.publish(executeJob(runId, id));
        expect(await pullDue(runId, 1)).toHaveLength(1);
        expect(await pull(runId)).toEqual([]);
        await bus.jobs.openLane('execute', runId, { maxInFlight: 3 });
        expect(await pullDue(runId, 2)).toHaveLength(2);
      });

      test('that has been narrowed hands out what was given back, and nothing new', async () => {
        const runId = await openedRun(2);
        for (const id of ['j1', 'j2', 'j3']) await bus.jobs.publish(executeJob(runId, id));
        const held = await pullDue(runId, 2);
        expect(idsOf(held)).toEqual(['j1', 'j2']);
        await bus.jobs.openLane('execute', runId, { maxInFlight: 1 });
        await held.find(({ job }) => job.jobId === 'j2')?.retry(0);
        expect(idsOf(await pullDue(runId, 1))).toEqual(['j2']);
        await held.find(({ job }) => job.jobId === 'j1')?.ack();
        expect(await pull(runId, 10)).toEqual([]);
      });

      test('waits for the first job and returns without waiting for more', async () => {
        const runId = await openedRun();
        const pulling = pull(runId, 5, 40_000);
        await sleep(100);
        const published = performance.now();
        await bus.jobs.publish(executeJob(runId, 'late'));
        expect(idsOf(await pulling)).toEqual(['late']);
        expect(performance.now() - published).toBeLessThan(20_000);
      });

      test('is empty after its time, or where there is no lane', async () => {
        const runId = await openedRun();
        const asked = performance.now();
        expect(await pull(runId, 1, 250)).toEqual([]);
        expect(performance.now() - asked).toBeGreaterThan(200);
        expect(await pull(newRunId(), 1, 250)).toEqual([]);
      });

      test('takes from its own lane only', async () => {
        const runId = await openedRun();
        const neighbour = await openedRun();
        await bus.jobs.openLane('predict', runId, { maxInFlight: 5 });
        await bus.jobs.publish(predictJob(runId, 'p1'));
        await bus.jobs.publish(executeJob(neighbour, 'j1'));
        expect(await pull(runId)).toEqual([]);
        expect(idsOf(await bus.jobs.pull('predict', runId, { max: 5, waitMs: 20_000 }, never))).toEqual(['p1']);
        expect(idsOf([await pullOne(neighbour)])).toEqual(['j1']);
      });

      test('ends promptly when its signal aborts, and takes nothing with it', async () => {
        const runId = await openedRun();
        const abort = new AbortController();
        const pulling = other.jobs.pull('execute', runId, { max: 5, waitMs: 40_000 }, abort.signal);
        await sleep(100);
        abort.abort();
        const aborted = performance.now();
        expect(await pulling).toEqual([]);
        expect(performance.now() - aborted).toBeLessThan(20_000);
        await bus.jobs.publish(executeJob(runId, 'j1'));
        expect((await pullOne(runId)).deliveryCount).toBe(1);
      });
    });

    describe('a pull that ends while jobs are arriving', () => {
      test('loses none of them: under a tight cap each job comes once, without waiting for redelivery', async () => {
        const runId = await openedRun(2);
        const ids = Array.from({ length: 150 }, (_, index) => `j${index}`);
        await Promise.all(ids.map((id) => bus.jobs.publish(executeJob(runId, id))));
        const counts = new Map<string, number>();
        const worker = async (client: Bus) => {
          while (counts.size < ids.length) {
            const deliveries = await client.jobs.pull('execute', runId, { max: 4, waitMs: 100 }, never);
            for (const delivery of deliveries) {
              counts.set(delivery.job.jobId, delivery.deliveryCount);
              // Settling frees the cap, so the next job is sent at any moment of the next pull.
              setTimeout(() => void delivery.ack(), Math.random() * 8);
            }
          }
        };
        await Promise.all([worker(bus), worker(other), worker(other)]);
        expect([...counts].filter(([, count]) => count !== 1)).toEqual([]);
      });

      test('gives them back when it was aborted', async () => {
        const runId = await openedRun();
        for (let round = 0; round < 20; round += 1) {
          const abort = new AbortController();
          const pulling = other.jobs.pull('execute', runId, { max: 5, waitMs: 2_000 }, abort.signal);
          await sleep(5);
          let isOver = false;
          void pulling.then(() => {
            isOver = true;
          });
          const publishing = bus.jobs.publish(executeJob(runId, `j${round}`));
          await sleep(round / 4);
          const wasOver = isOver;
          abort.abort();
          const [deliveries] = await Promise.all([pulling, publishing]);
          if (!wasOver) expect(deliveries).toEqual([]);
          const delivery = deliveries[0] ?? (await pullOne(runId));
          expect(delivery.job.jobId).toBe(`j${round}`);
          await delivery.ack();
        }
      });
    });

    describe('lanes', () => {
      test('need a positive cap', async () => {
        await expect(bus.jobs.openLane('execute', newRunId(), { maxInFlight: 0 })).rejects.toThrow(/maxInFlight/);
      });

      test('that are closed take their jobs along, those in hand too, whose settlement does no harm', async () => {
        const runId = await openedRun();
        const neighbour = await openedRun();
        for (const id of ['j1', 'j2']) await bus.jobs.publish(executeJob(runId, id));
        await bus.jobs.publish(predictJob(runId, 'p1'));
        await bus.jobs.publish(executeJob(neighbour, 'j1'));
        const held = await pullOne(runId);
        await bus.jobs.closeLanes(runId);
        expect(await bus.jobs.outstanding(runId)).toEqual(new Set());
        expect(await bus.jobs.outstanding(neighbour)).toEqual(new Set(['j1']));
        await held.ack();
        await held.retry(0);
        await held.terminate();
        expect(await pull(runId, 5, 100)).toEqual([]);
        await bus.jobs.closeLanes(runId);
      });

      test('can be opened again after they were closed, and jobs published again', async () => {
        const runId = await openedRun();
        await bus.jobs.publish(executeJob(runId, 'j1'));
        await bus.jobs.closeLanes(runId);
        await bus.jobs.openLane('execute', runId, { maxInFlight: 1 });
        expect(await bus.jobs.publish(executeJob(runId, 'j1'))).toBe('queued');
        expect(idsOf([await pullOne(runId)])).toEqual(['j1']);
      });

      test('that are gone while jobs wait for them are told, and once they are opened again the jobs come', async () => {
        const runId = newRunId();
        await bus.jobs.publish(executeJob(runId, 'j1'));
        expect(await bus.jobs.closeStuckLanes(runId)).toBe(1);
        await bus.jobs.openLane('execute', runId, { maxInFlight: 1 });
        expect(await bus.jobs.closeStuckLanes(runId)).toBe(0);
        const [delivery] = await bus.jobs.pull('execute', runId, { max: 1, waitMs: 20_000 }, never);
        expect(delivery?.job.jobId).toBe('j1');
        expect(await bus.jobs.closeStuckLanes(runId)).toBe(0);
      });

      test('tell which jobs are outstanding: queued, or being worked on', async () => {
        const runId = await openedRun();
        expect(await bus.jobs.outstanding(runId)).toEqual(new Set());
        for (const id of ['j1', 'j2', 'j3']) await bus.jobs.publish(executeJob(runId, id));
        await bus.jobs.publish(predictJob(runId, 'p1'));
        await (await pullOne(runId)).ack();
        await pullOne(runId);
        const outstanding = await bus.jobs.outstanding(runId);
        expect(outstanding.size).toBe(3);
        expect(outstanding).toContain('p1');
      });

      test('count their jobs: those that are queued, and those that a worker has, or has given back for later', async () => {
        const runId = await openedRun();
        expect(await bus.jobs.count('execute', runId)).toEqual({ queued: 0, inProgress: 0 });
        for (const id of ['j1', 'j2', 'j3', 'j4', 'j5']) await bus.jobs.publish(executeJob(runId, id));
        await bus.jobs.publish(predictJob(runId, 'p1'));
        await (await pullOne(runId)).ack();
        const held = await pullOne(runId);
        await (await pullOne(runId)).retry(60_000);
        const counted = (expected: object) =>
          vi.waitFor(async () => expect(await other.jobs.count('execute', runId)).toEqual(expected), { timeout: 30_000 });
        await counted({ queued: 2, inProgress: 2 });
        await held.ack();
        await counted({ queued: 2, inProgress: 1 });
        // Its lane was never opened, and its job is there all the same.
        expect(await bus.jobs.count('predict', runId)).toEqual({ queued: 1, inProgress: 0 });
        expect(await bus.jobs.count('propose', runId)).toEqual({ queued: 0, inProgress: 0 });
      });

      test('tell since when the oldest that nobody has taken waits, by kind', async () => {
        const runId = await openedRun();
        expect(await bus.jobs.waitingSince(runId)).toEqual(new Map());
        const before = Date.now();
        await bus.jobs.publish(executeJob(runId, 'j1'));
        await sleep(30);
        const between = Date.now();
        await bus.jobs.publish(executeJob(runId, 'j2'));
        const first = (await bus.jobs.waitingSince(runId)).get('execute') ?? 0;
        expect([first >= before - 1, first <= between]).toEqual([true, true]);
        const taken = await pullOne(runId);
        const second = (await bus.jobs.waitingSince(runId)).get('execute') ?? 0;
        expect(second).toBeGreaterThanOrEqual(between - 1);
        // One that was given back was taken once: it is worked on, though it failed so far.
        await taken.retry(0);
        for (const delivery of await pullDue(runId, 2)) await delivery.ack();
        expect(await bus.jobs.waitingSince(runId)).toEqual(new Map());
      });
    });

    describe('results', () => {
      test('are read back as they were put', async () => {
        const runId = newRunId();
        expect(await bus.results.get(runId, 'j1')).toBeUndefined();
        expect(await bus.results.put(executionResult(runId, 'j1'))).toBe('stored');
        expect(await other.results.get(runId, 'j1')).toEqual(executionResult(runId, 'j1'));
        expect(await other.results.getTimed(runId, 'j2')).toBeUndefined();
        const timed = await other.results.getTimed(runId, 'j1');
        expect(timed).toEqual({ result: executionResult(runId, 'j1'), storedAtMs: expect.any(Number) });
      });

      test('tell which jobs have one', async () => {
        const [runId, another] = [newRunId(), newRunId()];
        expect(await bus.results.jobIds(runId)).toEqual(new Set());
        for (const jobId of ['j1', 'j2']) await bus.results.put(executionResult(runId, jobId));
        await bus.results.put(executionResult(another, 'j3'));
        expect(await other.results.jobIds(runId)).toEqual(new Set(['j1', 'j2']));
      });

      test('of one job: the first wins, and a later one changes nothing', async () => {
        const runId = newRunId();
        await bus.results.put(executionResult(runId, 'j1', 'first'));
        expect(await other.results.put(executionResult(runId, 'j1', 'second'))).toBe('already-stored');
        expect((await bus.results.get(runId, 'j1'))?.worker).toBe('first');
      });

      test('put by many at the same time: one is stored', async () => {
        const runId = newRunId();
        const answers = await Promise.all(
          Array.from({ length: 8 }, (_, index) =>
            (index % 2 ? bus : other).results.put(executionResult(runId, 'j1', `w${index}`)),
          ),
        );
        expect(answers.filter((answer) => answer === 'stored')).toHaveLength(1);
      });

      test('may be larger than a message of the server', async () => {
        const runId = newRunId();
        const large = executionResult(runId, 'j1', 'executor-1', 'x'.repeat(1_500_000));
        expect(await bus.results.put(large)).toBe('stored');
        expect(await bus.results.put(large)).toBe('already-stored');
        expect(await other.results.get(runId, 'j1')).toEqual(large);
        const abort = new AbortController();
        const [followed] = await collect(other.results.follow(runId, abort.signal), 1, abort);
        expect(followed).toEqual({ ...large, sequence: expect.any(Number) });
      });

      test('are followed from the first on, and then as they come, each once, until the signal aborts', async () => {
        const runId = newRunId();
        await bus.results.put(executionResult(runId, 'j1'));
        await bus.results.put(executionResult(runId, 'j2'));
        await bus.results.put(executionResult(newRunId(), 'j9'));
        const abort = new AbortController();
        const collecting = collect(other.results.follow(runId, abort.signal), 4, abort);
        await sleep(200);
        await bus.results.put(executionResult(runId, 'j3'));
        await bus.results.put(executionResult(runId, 'j3', 'again'));
        await bus.results.put(executionResult(runId, 'j4'));
        expect((await collecting).map(({ jobId }) => jobId)).toEqual(['j1', 'j2', 'j3', 'j4']);
      });

      test('are followed on from a sequence, and from the first on where the store has not come so far', async () => {
        const runId = newRunId();
        for (const jobId of ['j1', 'j2', 'j3']) await bus.results.put(executionResult(runId, jobId));
        const followed = async (count: number, after?: number) => {
          const abort = new AbortController();
          return await collect(other.results.follow(runId, abort.signal, after), count, abort);
        };
        const [first, second] = await followed(3);
        expect((await followed(2, first?.sequence)).map(({ jobId }) => jobId)).toEqual(['j2', 'j3']);
        expect((await followed(1, second?.sequence)).map(({ jobId }) => jobId)).toEqual(['j3']);
        expect((await followed(3, (second?.sequence ?? 0) + 1_000_000)).map(({ jobId }) => jobId)).toEqual(['j1', 'j2', 'j3']);
      });

      test('are followed by several at once, and each ends promptly on its signal', async () => {
        const runId = newRunId();
        await expectPromptEnd((signal) => other.results.follow(runId, signal));
      });
    });

    describe.each(logKinds)('the log of a $of', ({ log, bytes, textOf }) => {
      const readAll = async (runId: string, after = 0): Promise<LogEntry[]> =>
        await collect(other[log].read(runId, { after, follow: false }, never));
      const texts = (entries: readonly LogEntry[]): string[] => entries.map(({ entry }) => textOf(entry));

      test('gives its entries in order, with rising sequences and the time of the append', async () => {
        const runId = newRunId();
        expect(await readAll(runId)).toEqual([]);
        const before = Date.now();
        const first = await bus[log].append(runId, bytes('one'), 0);
        const neighbour = newRunId();
        await bus[log].append(neighbour, bytes('theirs'), 0);
        const second = await bus[log].append(runId, bytes('two'), first);
        const entries = await readAll(runId);
        expect(texts(entries)).toEqual(['one', 'two']);
        expect(entries.map(({ sequence }) => sequence)).toEqual([first, second]);
        expect(second).toBeGreaterThan(first);
        for (const { timeMs } of entries) expect(Math.abs(timeMs - before)).toBeLessThan(60_000);
        expect(texts(await readAll(runId, first))).toEqual(['two']);
        expect(await readAll(runId, second)).toEqual([]);
      });

      test('gives one entry by its sequence, and none of another run', async () => {
        const [runId, otherRun] = [newRunId(), newRunId()];
        const large = bytes('9'.repeat(600_000));
        const first = await bus[log].append(runId, bytes('one'), 0);
        const foreign = await bus[log].append(otherRun, bytes('foreign'), 0);
        const second = await bus[log].append(runId, large, first);
        const plain = (read: LogEntry | undefined) => read && { ...read, entry: Buffer.from(read.entry) };
        const read = (await readAll(runId)).map(plain);
        expect([plain(await other[log].at(runId, first)), plain(await other[log].at(runId, second))]).toEqual(read);
        for (const sequence of [foreign, second + 1]) expect(await other[log].at(runId, sequence)).toBeUndefined();
      });

      test('refuses a writer that has not seen the last entry', async () => {
        const runId = newRunId();
        const first = await bus[log].append(runId, bytes('one'), 0);
        await expect(other[log].append(runId, bytes('one'), 0)).rejects.toThrow(LogConflictError);
        await expect(other[log].append(runId, bytes('two'), first + 1)).rejects.toThrow(LogConflictError);
        const second = await bus[log].append(runId, bytes('two'), first);
        const conflict = await other[log].append(runId, bytes('2'), first).catch((error: unknown) => error);
        expect(conflict).toBeInstanceOf(LogConflictError);
        expect((conflict as BusError).retryable).toBe(false);
        expect(texts(await readAll(runId))).toEqual(['one', 'two']);
        expect(second).toBeGreaterThan(first);
      });

      test('lets one of two writers win, even with equal entries', async () => {
        const runId = newRunId();
        const outcomes = await Promise.allSettled([bus, other].map((client) => client[log].append(runId, bytes('same'), 0)));
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect(await readAll(runId)).toHaveLength(1);
      });

      test('keeps entries that are larger than a message of the server', async () => {
        const runId = newRunId();
        const large = bytes('7'.repeat(1_200_000));
        const sequence = await bus[log].append(runId, large, 0);
        await bus[log].append(runId, bytes('small'), sequence);
        const [first] = await readAll(runId);
        expect(Buffer.from(first?.entry ?? []).equals(large)).toBe(true);
      });

      test('can be followed on from its end, until the signal aborts', async () => {
        const runId = newRunId();
        const first = await bus[log].append(runId, bytes('one'), 0);
        const abort = new AbortController();
        const collecting = collect(other[log].read(runId, { after: 0, follow: true }, abort.signal), 3, abort);
        await sleep(200);
        const second = await bus[log].append(runId, bytes('two'), first);
        await bus[log].append(runId, bytes('three'), second);
        expect(texts(await collecting)).toEqual(['one', 'two', 'three']);
        await expectPromptEnd((signal) => other[log].read(newRunId(), { after: 0, follow: true }, signal));
      });

      test('without follow ends at what was there when the read began', async () => {
        const runId = newRunId();
        let last = 0;
        for (const text of ['a', 'b', 'c']) last = await bus[log].append(runId, bytes(text), last);
        const seen: string[] = [];
        for await (const { entry } of other[log].read(runId, { after: 0, follow: false }, never)) {
          seen.push(textOf(entry));
          if (seen.length === 1) await bus[log].append(runId, bytes('later'), last);
        }
        expect(seen).toEqual(['a', 'b', 'c']);
      });
    });

    describe('the logs of sweeps', () => {
      test('are listed, and each of their entries is told where it is', async () => {
        const [one, two] = [newRunId(), newRunId()];
        const write = (sweepId: string, after: number) =>
          bus.sweeps.append(sweepId, encodeSweepEvent(sweepId, { kind: 'sweep-resumed' }), after);
        const first = await write(one, 0);
        const abort = new AbortController();
        const seen: SweepLogChange[] = [];
        const watching = (async () => {
          for await (const change of other.sweeps.watch(abort.signal)) if ([one, two].includes(change.sweepId)) seen.push(change);
        })();
        await vi.waitFor(() => expect(seen).toEqual([{ sweepId: one, sequence: first }]), 30_000);
        const second = await write(two, 0);
        const third = await write(one, first);
        const all = [
          { sweepId: one, sequence: first },
          { sweepId: two, sequence: second },
          { sweepId: one, sequence: third },
        ];
        await vi.waitFor(() => expect(seen).toEqual(all), 30_000);
        abort.abort();
        await watching;
        const listed = await other.sweeps.list();
        expect(listed).toEqual(expect.arrayContaining([one, two].sort()));
        expect(listed).not.toContain(newRunId());
        await expect(bus.sweeps.append('a.b', new Uint8Array(), 0)).rejects.toThrow('a.b');
      });
    });

    describe('the journal', () => {
      test('gives back the calls of a job by their ids, whatever characters those have', async () => {
        const runId = newRunId();
        expect(await other.journal.read(runId, 'j1')).toEqual(new Map());
        const ids = ['drafts[1].draft/0', 'a b*>.c', 'solve/0', 'ä'.repeat(200)];
        for (const id of ids) await bus.journal.record(runId, 'j1', [modelCall(id, `text of ${id}`)]);
        await bus.journal.record(runId, 'j2', [modelCall('solve/0', 'of another job')]);
        const calls = await other.journal.read(runId, 'j1');
        expect([...calls.keys()].sort()).toEqual([...ids].sort());
        expect(calls.get('a b*>.c')).toEqual(modelCall('a b*>.c', 'text of a b*>.c'));
      });

      test('keeps when deliveries of a job were begun or given back, beside its calls', async () => {
        const runId = newRunId();
        expect(await other.journal.starts(runId, 'j1')).toEqual([]);
        const start = (delivery: number, givenBack = false) => ({ delivery, worker: 'w', leader: 'l', givenBack });
        await bus.journal.noteStart(runId, 'j1', start(3));
        await bus.journal.noteStart(runId, 'j1', start(2));
        await bus.journal.noteStart(runId, 'j2', start(9));
        await bus.journal.record(runId, 'j1', [modelCall('solve/0')]);
        await bus.journal.noteStart(runId, 'j1', start(3, true));
        expect(await other.journal.starts(runId, 'j1')).toEqual([start(2), start(3, true)]);
        expect([...(await other.journal.read(runId, 'j1')).keys()]).toEqual(['solve/0']);
      });

      test('keeps calls that are recorded together, and of a call what was recorded last', async () => {
        const runId = newRunId();
        await bus.journal.record(runId, 'j1', [modelCall('a', 'alone')]);
        await bus.journal.record(runId, 'j1', [modelCall('a', 'with b'), modelCall('b'), modelCall('a b*>.c')]);
        await bus.journal.record(runId, 'j1', [modelCall('b', 'once more')]);
        await bus.journal.record(runId, 'j1', [modelCall('c'), modelCall('large', 'x'.repeat(300_000))]);
        const calls = await other.journal.read(runId, 'j1');
        const ids = ['a', 'a b*>.c', 'b', 'c', 'large'];
        expect([...calls.keys()].sort()).toEqual(ids);
        expect(calls.get('a')).toEqual(modelCall('a', 'with b'));
        expect(calls.get('b')).toEqual(modelCall('b', 'once more'));
        expect(calls.get('large')?.text).toHaveLength(300_000);
        expect((await other.journal.read(runId, 'j2')).size).toBe(0);
      });

      test('does not mind a call that is recorded again', async () => {
        const runId = newRunId();
        await bus.journal.record(runId, 'j1', [modelCall('solve/0')]);
        await bus.journal.record(runId, 'j1', [modelCall('solve/0')]);
        expect((await other.journal.read(runId, 'j1')).size).toBe(1);
      });
    });

    describe('dead letters', () => {
      test('are kept with their reason, once a job, until they are removed', async () => {
        const runId = newRunId();
        const mine = async () => (await other.deadLetters.list()).filter((letter) => letter.runId === runId);
        const message = 'it ended each worker: é\n"twice"';
        await bus.deadLetters.keep(executeJob(runId, 'j1'), 'an older reason');
        await bus.deadLetters.keep(executeJob(runId, 'j1'), message);
        await bus.deadLetters.keep(executeJob(runId, 'j2'), message);
        const [letter, second] = await mine();
        expect(letter).toMatchObject({ kind: 'execute', runId, jobId: 'j1', reason: 'poison', message });
        expect(second?.jobId).toBe('j2');
        expect(decodeJob(letter?.body ?? new Uint8Array())).toEqual(executeJob(runId, 'j1'));
        const removed = { kind: 'execute', runId, jobId: 'j1' } as const;
        expect(await other.deadLetters.remove(removed)).toBe(true);
        expect(await bus.deadLetters.remove(removed)).toBe(false);
        expect((await mine()).map(({ jobId }) => jobId)).toEqual(['j2']);
      });
    });

    describe('the audit log', () => {
      test('keeps who did what, in order, of all or of one run', async () => {
        const [runId, another] = [newRunId(), newRunId()];
        const entry = (target: string, asked: string) => ({
          ...{ timeMs: 1, caller: 'ann', role: 'run', address: '10.0.0.1', method: 'PauseRun', target, asked },
          ...{ code: 'OK', coordinator: 'c' },
        });
        const entries = [entry(runId, 'first'), entry('', `${runId} of nobody`), entry(another, 'other'), entry(runId, 'second')];
        for (const each of entries) await bus.audit.append(each);
        const read = async (target: string) => {
          const found: AuditEntry[] = [];
          for await (const each of other.audit.read(target, AbortSignal.timeout(60_000))) found.push(each);
          return found;
        };
        expect(await read(runId)).toEqual([entries[0], entries[3]]);
        expect(await read(newRunId())).toEqual([]);
        const all = await read('');
        expect(all.filter(({ target, asked }) => [runId, another].includes(target) || asked.startsWith(runId))).toEqual(entries);
      });
    });

    describe('notes on spending', () => {
      const read = async (runId: string, after = 0) => {
        const found: StoredNote[] = [];
        for await (const stored of other.spending.read(runId, { after, follow: false }, never)) found.push(stored);
        return found;
      };

      test('are all kept, in their order, each run apart', async () => {
        const [runId, another] = [newRunId(), newRunId()];
        expect(await read(runId)).toEqual([]);
        const notes = ['d/1', 'd/2', 'd/1'].map((attemptId) => spendingNote(runId, attemptId));
        for (const note of notes) await bus.spending.note(note);
        await bus.spending.note(spendingNote(another, 'd/9'));
        expect((await read(runId)).map(({ note }) => note)).toEqual(notes);
      });

      test('are read on from a place, or followed', async () => {
        const runId = newRunId();
        await bus.spending.note(spendingNote(runId, 'd/1'));
        const [first] = await read(runId);
        expect(await read(runId, first?.sequence)).toEqual([]);
        await bus.spending.note(spendingNote(runId, 'd/2'));
        expect((await read(runId, first?.sequence)).map(({ note }) => note)).toEqual([spendingNote(runId, 'd/2')]);
        const following = new AbortController();
        const seen: string[] = [];
        for await (const { note } of other.spending.read(runId, { after: 0, follow: true }, following.signal)) {
          seen.push(note.attempts[0]?.attemptId ?? '');
          if (seen.length === 2) await bus.spending.note(spendingNote(runId, 'd/3'));
          if (seen.length === 3) following.abort();
        }
        expect(seen).toEqual(['d/1', 'd/2', 'd/3']);
      });
    });

    describe('blobs', () => {
      test('are named by the SHA-256 of their content', async () => {
        const name = await bus.blobs.put(new TextEncoder().encode('scale'));
        expect(name).toBe('f469802a31447f90d6a033d43f18db7ebfbee7cc3c378024bcc0f1573d3feef8');
        expect(new TextDecoder().decode(await other.blobs.get(name))).toBe('scale');
      });

      test.each([0, 1, 131_072, 131_073, 3_000_000])('of %i bytes come back whole', async (size) => {
        const content = new Uint8Array(size).map((_, index) => (index * 31 + size) % 251);
        const name = await bus.blobs.put(content);
        expect(Buffer.from(await other.blobs.get(name)).equals(content)).toBe(true);
      });

      test('may be put again, also by many at once', async () => {
        const content = new Uint8Array(300_000).fill(3);
        const names = await Promise.all([bus, other, bus, other].map((client) => client.blobs.put(content)));
        expect(new Set(names).size).toBe(1);
        expect(await bus.blobs.put(content)).toBe(names[0]);
        expect((await other.blobs.get(names[0] as string)).length).toBe(300_000);
      });

      test('that are not there are a typed error', async () => {
        const error = await bus.blobs.get('0'.repeat(64)).catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(BlobMissingError);
      });
    });

    describe('the run registry', () => {
      test('keeps the newest manifest of a run', async () => {
        const runId = newRunId();
        expect(await bus.runs.get(runId)).toBeUndefined();
        // Whoever asks has the id from a person or an address, and may have mistyped it.
        for (const none of ['', 'two words', '%E0', 'a.b', '*', 'é']) {
          expect(await bus.runs.get(none)).toBeUndefined();
          expect(await bus.runs.update(none, (manifest) => manifest)).toBeUndefined();
        }
        await bus.runs.put(runManifest(runId));
        await bus.runs.put(runManifest(runId, RunStatus.PAUSED));
        expect(await other.runs.get(runId)).toEqual(runManifest(runId, RunStatus.PAUSED));
      });

      test('adds what is not there: of writers at the same time, one does', async () => {
        const runId = newRunId();
        const manifests = Array.from({ length: 6 }, (_, index) => ({ ...runManifest(runId), maxInFlight: index }));
        const added = await Promise.all(manifests.map((manifest, index) => (index % 2 === 0 ? bus : other).runs.add(manifest)));
        expect(added.filter((isAdded) => isAdded)).toHaveLength(1);
        const first = manifests[added.indexOf(true)];
        expect(await other.runs.get(runId)).toEqual(first);
        // As after an answer that was lost.
        if (first !== undefined) expect(await bus.runs.add(first)).toBe(true);
        await bus.removeRun(runId);
        expect(await other.runs.add(runManifest(runId, RunStatus.PAUSED))).toBe(true);
        expect(await bus.runs.get(runId)).toEqual(runManifest(runId, RunStatus.PAUSED));
      });

      test('changes what is there: of writers at the same time, none undoes what another did', async () => {
        const runId = newRunId();
        expect(await bus.runs.update(runId, (manifest) => ({ ...manifest, maxInFlight: 1 }))).toBeUndefined();
        await bus.runs.put({ ...runManifest(runId), maxInFlight: 0 });
        const rise = (writer: Bus) => () =>
          writer.runs.update(runId, (manifest) => ({ ...manifest, maxInFlight: manifest.maxInFlight + 1 }));
        await Promise.all(Array.from({ length: 10 }, (_, index) => rise(index % 2 === 0 ? bus : other)()));
        expect(await other.runs.update(runId, (manifest) => manifest)).toMatchObject({ maxInFlight: 10 });
      });

      test('lists each run once', async () => {
        const mine = [newRunId(), newRunId()].sort();
        for (const runId of [...mine, ...mine]) await bus.runs.put(runManifest(runId));
        const listed = (await other.runs.list()).map(({ runId }) => runId).filter((runId) => mine.includes(runId));
        expect(listed.sort()).toEqual(mine);
      });

      test('shows every manifest there is, then each change, until the signal aborts', async () => {
        const [early, late] = [newRunId(), newRunId()];
        await bus.runs.put(runManifest(early));
        const abort = new AbortController();
        const seen: [string, RunStatus][] = [];
        for await (const { runId, status } of onlyOf(other.runs.watch(abort.signal), [early, late])) {
          seen.push([runId, status]);
          if (seen.length === 1) {
            await bus.runs.put(runManifest(late));
            await bus.runs.put(runManifest(early, RunStatus.COMPLETED));
          } else if (seen.length === 3) abort.abort();
        }
        expect(seen).toEqual([
          [early, RunStatus.RUNNING],
          [late, RunStatus.RUNNING],
          [early, RunStatus.COMPLETED],
        ]);
        await expectPromptEnd((signal) => other.runs.watch(signal));
      });
    });

    describe('a run that is deleted', () => {
      test('leaves nothing, and can be begun again; what others keep stays', async () => {
        const [gone, stays] = [newRunId(), newRunId()];
        const entry = new TextEncoder().encode('entry');
        for (const runId of [gone, stays]) {
          await bus.runs.put(runManifest(runId));
          await bus.log.append(runId, entry, 0);
          await bus.results.put(executionResult(runId, 'j1'));
          await bus.journal.record(runId, 'j1', [modelCall('solve/0')]);
          await bus.journal.noteStart(runId, 'j1', { worker: 'w', delivery: 1, leader: '', givenBack: false });
          await bus.spending.note(spendingNote(runId, 'a1'));
          await bus.memory.keep(runMemory(runId, 'q'.repeat(64)));
          await bus.deadLetters.keep(executeJob(runId, 'j1'), 'it kills its workers');
        }
        const kept = async (runId: string): Promise<number[]> => {
          const count = async (stored: AsyncIterable<unknown>): Promise<number> => {
            let messages = 0;
            for await (const _ of stored) messages += 1;
            return messages;
          };
          const all = { after: 0, follow: false } as const;
          return [
            (await other.runs.list()).filter((manifest) => manifest.runId === runId).length,
            await count(other.log.read(runId, all, never)),
            (await other.results.jobIds(runId)).size,
            (await other.journal.read(runId, 'j1')).size + (await other.journal.starts(runId, 'j1')).length,
            await count(other.spending.read(runId, all, never)),
            (await other.memory.list()).filter(({ memory }) => memory.runId === runId).length,
            (await other.deadLetters.list()).filter((letter) => letter.runId === runId).length,
          ];
        };
        await bus.removeRun(gone);
        await bus.removeRun(gone);
        expect(await kept(gone)).toEqual([0, 0, 0, 0, 0, 0, 0]);
        expect(await kept(stays)).toEqual([1, 1, 1, 2, 1, 1, 1]);
        expect(await other.runs.get(gone)).toBeUndefined();
        await other.log.append(gone, entry, 0);
        expect(await other.results.put(executionResult(gone, 'j1'))).toBe('stored');
      });
    });

    describe('replies of models', () => {
      // One test: whoever clears the store clears it for all.
      test('are there for all by their keys, of any size, until others take their place or all are cleared', async () => {
        const [key, large, none] = [randomUUID(), randomUUID(), randomUUID()];
        const before = Date.now();
        await bus.responses.put(key, Buffer.from('one'));
        const first = await other.responses.get(key);
        expect(Buffer.from(first?.entry ?? []).toString()).toBe('one');
        expect(Math.abs((first?.keptAtMs ?? 0) - before)).toBeLessThan(60_000);
        await other.responses.put(key, Buffer.from('two'));
        expect(Buffer.from((await bus.responses.get(key))?.entry ?? []).toString()).toBe('two');
        expect(await bus.responses.get(none)).toBeUndefined();
        const text = Buffer.alloc(3_000_000, 'the answer is 12. ');
        await bus.responses.put(large, text);
        expect(Buffer.compare((await other.responses.get(large))?.entry ?? Buffer.alloc(0), text)).toBe(0);
        await bus.responses.put(large, Buffer.from('short'));
        expect(Buffer.from((await other.responses.get(large))?.entry ?? []).toString()).toBe('short');
        const size = await other.responses.size();
        expect(size.replies).toBe(2);
        expect(size.bytes).toBeGreaterThanOrEqual('two'.length + 'short'.length);
        expect(size.maxBytes).toBeGreaterThan(1_000_000);
        expect(await bus.responses.clear()).toBe(2);
        expect(await other.responses.get(key)).toBeUndefined();
        expect((await other.responses.size()).replies).toBe(0);
        expect(await other.responses.clear()).toBe(0);
        await expect(bus.responses.put('a.b', Buffer.from('x'))).rejects.toThrow(InvalidRequestError);
      });
    });

    describe('memory', () => {
      const hashes = () => [randomUUID(), randomUUID()] as const;

      test('is listed by the hash of its queries, or all of it, the newest first', async () => {
        const [hash, another] = hashes();
        const [old, fresh, elsewhere] = [newRunId(), newRunId(), newRunId()];
        const before = Date.now();
        await bus.memory.keep(runMemory(old, hash));
        await bus.memory.keep(runMemory(elsewhere, another));
        await bus.memory.keep(runMemory(fresh, hash));
        const kept = await other.memory.list(hash);
        expect(kept.map(({ memory }) => memory)).toEqual([runMemory(fresh, hash), runMemory(old, hash)]);
        for (const { keptAtMs } of kept) expect(Math.abs(keptAtMs - before)).toBeLessThan(60_000);
        const mine = (await other.memory.list())
          .map(({ memory }) => memory.runId)
          .filter((id) => [old, fresh, elsewhere].includes(id));
        expect(mine).toEqual([fresh, elsewhere, old]);
        expect(await other.memory.list(randomUUID())).toEqual([]);
      });

      test('of a run that is kept again takes the place of what was kept before', async () => {
        const [hash] = hashes();
        const runId = newRunId();
        await bus.memory.keep(runMemory(runId, hash));
        await other.memory.keep(runMemory(runId, hash, 2));
        expect((await bus.memory.list(hash)).map(({ memory }) => memory)).toEqual([runMemory(runId, hash, 2)]);
      });

      test('may be larger than a message of the server', async () => {
        const [hash] = hashes();
        const memory = runMemory(newRunId(), hash, 40, 1_500);
        await bus.memory.keep(memory);
        expect((await other.memory.list(hash))[0]?.memory).toEqual(memory);
      });

      test('is forgotten run by run, and then was never there', async () => {
        const [hash] = hashes();
        const [gone, stays] = [newRunId(), newRunId()];
        for (const runId of [gone, stays]) await bus.memory.keep(runMemory(runId, hash));
        expect(await other.memory.forget(gone)).toBe(true);
        expect(await bus.memory.forget(gone)).toBe(false);
        expect((await bus.memory.list(hash)).map(({ memory }) => memory.runId)).toEqual([stays]);
        await bus.memory.keep(runMemory(gone, hash));
        expect(await other.memory.list(hash)).toHaveLength(2);
      });
    });

    describe('troubles', () => {
      test('reach whoever listens to the run, and nobody else', async () => {
        const [runId, another] = [newRunId(), newRunId()];
        const listening = new AbortController();
        const heard: string[] = [];
        const following = (async () => {
          for await (const { message } of other.troubles.follow(runId, listening.signal)) heard.push(message);
        })();
        await vi.waitFor(() => {
          bus.troubles.tell({ runId: another, worker: 'w', message: 'of another run' });
          bus.troubles.tell({ runId, worker: 'w', message: 'no answer' });
          expect(heard[0]).toBe('no answer');
        });
        listening.abort();
        await following;
        expect(new Set(heard)).toEqual(new Set(['no answer']));
      });
    });

    describe('reports of workers', () => {
      test('reach whoever listens, from all workers', async () => {
        const [runId, names] = [newRunId(), ['one', 'two'].map((name) => `${name}-${newRunId()}`)];
        const report = (worker: string): WorkerReport => ({
          ...{ worker, kinds: ['execute'], slots: 8 },
          runs: [{ runId, jobsInFlight: 2, jobsHeldUp: 1, trouble: 'no answer' }],
          endpoints: [
            { baseUrl: 'http://127.0.0.1:1/v1', callsInFlight: 2, silentMs: 500, state: 'open', lastError: 'no answer' },
          ],
        });
        const listening = new AbortController();
        const heard = new Map<string, WorkerReport>();
        const following = (async () => {
          for await (const told of other.workers.follow(listening.signal)) heard.set(told.worker, told);
        })();
        await vi.waitFor(() => {
          bus.workers.tell(report(names[0] ?? ''));
          other.workers.tell(report(names[1] ?? ''));
          expect(names.map((name) => heard.get(name))).toEqual(names.map(report));
        });
        listening.abort();
        await following;
      });
    });

    describe('leases', () => {
      test('have one holder, and a higher epoch for each new one', async () => {
        const name = newRunId();
        const first = await bus.leases.acquire(name, 'a');
        expect(first?.ttlMs).toBe(longLimits.leaseTtlMs);
        expect(await other.leases.acquire(name, 'b')).toBeUndefined();
        expect(await bus.leases.acquire(name, 'a')).toBeUndefined();
        await first?.release();
        const second = await other.leases.acquire(name, 'b');
        expect(second?.epoch).toBeGreaterThan(first?.epoch ?? Number.POSITIVE_INFINITY);
        await second?.release();
      });

      test('are seen by others for as long as they are held', async () => {
        const name = newRunId();
        expect(await other.leases.holding(name)).toBeUndefined();
        const lease = await bus.leases.acquire(name, 'a');
        expect(lease?.id).toBeDefined();
        expect(await other.leases.holding(name)).toBe(lease?.id);
        await lease?.renew();
        expect(await other.leases.holding(name)).toBe(lease?.id);
        await lease?.release();
        expect(await other.leases.holding(name)).toBeUndefined();
        const next = await other.leases.acquire(name, 'a');
        expect(next?.id).not.toBe(lease?.id);
        await next?.release();
      });
    });

    describe('tables of slots', () => {
      const holder = (name: string, slots: number) => ({
        holder: name,
        slots,
        wanted: slots,
        limit: 9,
        beat: 1,
        turn: 1,
        ttlMs: 1000,
        runs: [{ runId: 'run-1', wanted: 3, weight: 2, priority: -1, within: [{ name: 'team vision', weight: 1.5 }] }],
      });
      const tableFor = (endpoint: string) => ({ schemaVersion: 1, endpoint, holders: [] });

      test('are empty at first, and then what the last change made of them', async () => {
        const endpoint = `http://gpu-1:8000/${newRunId()}`;
        expect(await bus.slots.update(endpoint, (table) => table)).toEqual(tableFor(endpoint));
        const changed = await bus.slots.update(endpoint, (table) => ({ ...table, holders: [holder('w', 2)] }));
        expect(changed).toEqual({ ...tableFor(endpoint), holders: [holder('w', 2)] });
        expect(await other.slots.update(endpoint, (table) => table)).toEqual(changed);
      });

      test('are changed by many at the same time, and none undoes what another did', async () => {
        const endpoint = `http://gpu-1:8000/${newRunId()}`;
        const join = (writer: Bus, name: string) =>
          writer.slots.update(endpoint, (table) => ({ ...table, holders: [...table.holders, holder(name, 1)] }));
        const names = Array.from({ length: 12 }, (_, index) => `w${index}`);
        await Promise.all(names.map((name, index) => join(index % 2 === 0 ? bus : other, name)));
        const { holders } = await bus.slots.update(endpoint, (table) => table);
        expect(holders.map((each) => each.holder).sort()).toEqual([...names].sort());
      });

      test('are shown as they are, then after each change, until the signal aborts', async () => {
        const [early, late] = [`http://gpu-1:8000/${newRunId()}`, `http://gpu-2:8000/${newRunId()}`];
        const set = (endpoint: string, slots: number) =>
          bus.slots.update(endpoint, (table) => ({ ...table, holders: [holder('w', slots)] }));
        await set(early, 1);
        const abort = new AbortController();
        const mine: [string, number | undefined][] = [];
        for await (const { endpoint, holders } of other.slots.watch(abort.signal)) {
          if (endpoint !== early && endpoint !== late) continue;
          mine.push([endpoint, holders[0]?.slots]);
          if (mine.length === 1) {
            await set(late, 2);
            await set(early, 3);
          } else if (mine.length === 3) abort.abort();
        }
        expect(mine).toEqual([
          [early, 1],
          [late, 2],
          [early, 3],
        ]);
        await expectPromptEnd((signal) => other.slots.watch(signal));
      });
    });

    describe('tables of budgets', () => {
      const holder = (name: string) => ({ holder: name, beat: 1, ttlMs: 1000, reserved: [], spent: [] });

      test('are empty at first, without terms, and then what the last change made of them, each by its name', async () => {
        const [scope, another] = [`run-${newRunId()}`, `sweep-${newRunId()}`];
        const empty = await bus.budgets.update(scope, (table) => table);
        expect(empty).toMatchObject({ scope, terms: undefined, holders: [], ends: [] });
        const amount = { tokens: 2 ** 52, calls: 3, money: 0.125 };
        const changed = await bus.budgets.update(scope, (table) => ({ ...table, gone: [{ part: 'search', amount }] }));
        expect(changed).toEqual({ ...empty, gone: [{ part: 'search', amount }] });
        expect(await other.budgets.update(scope, (table) => table)).toEqual(changed);
        expect(await other.budgets.update(another, (table) => table)).toMatchObject({ scope: another, gone: [] });
      });

      test('are changed by many at the same time, and none undoes what another did', async () => {
        const scope = `run-${newRunId()}`;
        const join = (writer: Bus, name: string) =>
          writer.budgets.update(scope, (table) => ({ ...table, holders: [...table.holders, holder(name)] }));
        const names = Array.from({ length: 12 }, (_, index) => `w${index}`);
        await Promise.all(names.map((name, index) => join(index % 2 === 0 ? bus : other, name)));
        const { holders } = await bus.budgets.update(scope, (table) => table);
        expect(holders.map((each) => each.holder).sort()).toEqual([...names].sort());
      });

      test('are shown as they are, then after each change', async () => {
        const scope = `run-${newRunId()}`;
        await bus.budgets.update(scope, (table) => ({ ...table, holders: [holder('first')] }));
        const abort = new AbortController();
        const seen: string[][] = [];
        for await (const { scope: name, holders } of other.budgets.watch(abort.signal)) {
          if (name !== scope) continue;
          seen.push(holders.map((each) => each.holder));
          if (seen.length === 1) await bus.budgets.update(scope, (table) => ({ ...table, holders: [holder('second')] }));
          else abort.abort();
        }
        expect(seen).toEqual([['first'], ['second']]);
      });
    });

    describe('the connection', () => {
      test('can be checked', async () => {
        await bus.check(AbortSignal.timeout(30_000));
      });

      test('says that it is up', async () => {
        const client = await server.connect();
        expect(client.link()).toMatchObject({ isUp: true, reconnects: 0 });
        await client.close();
        expect(client.link().isUp).toBe(false);
      });

      test('is closed once and for all, and says so to whoever asks for more', async () => {
        const client = await server.connect();
        const runId = newRunId();
        await Promise.all([client.close(), client.close()]);
        await client.close();
        await expect(client.jobs.publish(executeJob(runId, 'j1'))).rejects.toThrow(BusError);
        await expect(client.results.get(runId, 'j1')).rejects.toThrow(BusError);
        await expect(client.jobs.pull('execute', runId, { max: 1, waitMs: 100 }, never)).rejects.toThrow(BusError);
        await expect(client.check(never)).rejects.toThrow(BusError);
        await bus.jobs.outstanding(runId);
      });

      test('that is closed ends what was following with an error', async () => {
        const client = await server.connect();
        const following = collect(client.results.follow(newRunId(), never), 1);
        const outcome = expect(following).rejects.toThrow(BusError);
        await sleep(100);
        await client.close();
        await outcome;
      });
    });
  });
}

/** What a bus does by the clock. */
function describeExpiry(name: string, start: () => Promise<BusUnderTest>): void {
  describe.concurrent(`${name} as a bus, once a time is over`, () => {
    let server: BusUnderTest;
    let bus: Bus;
    let other: Bus;

    beforeAll(async () => {
      server = await start();
      bus = await server.connect();
      other = await server.connect();
    });

    afterAll(async () => {
      await bus?.close();
      await other?.close();
      await server?.stop();
    });

    const { openedRun, pull, pullOne } = toolsOf(() => ({ bus, other }));

    describe('jobs', () => {
      test('come back when the worker goes silent, with a higher delivery count', async () => {
        const runId = await openedRun();
        await bus.jobs.publish(executeJob(runId, 'j1'));
        const first = await pullOne(runId);
        const second = await pullOne(runId);
        expect([first.deliveryCount, second.deliveryCount]).toEqual([1, 2]);
        expect([first.isFirst, second.isFirst]).toEqual([true, false]);
        await second.ack();
      });

      test('stay away for as long as heartbeats come', async () => {
        await unlessLate(ackWaitMs, async (inTime) => {
          const runId = await openedRun();
          await bus.jobs.publish(executeJob(runId, 'j1'));
          const delivery = await inTime(() => pullOne(runId));
          for (let beat = 0; beat < 6; beat += 1) {
            await inTime(() => delivery.heartbeat());
            expect(await pull(runId, 1, ackWaitMs / 3)).toEqual([]);
          }
          await delivery.ack();
        });
      });

      test('that are acked do not come back', async () => {
        const runId = await openedRun();
        await bus.jobs.publish(executeJob(runId, 'j1'));
        await (await pullOne(runId)).ack();
        expect(await pull(runId, 1, ackWaitMs * 1.5)).toEqual([]);
        expect(await bus.jobs.outstanding(runId)).toEqual(new Set());
      });

      test('that are terminated never come back, even unacked', async () => {
        const runId = await openedRun();
        await bus.jobs.publish(executeJob(runId, 'j1'));
        await (await pullOne(runId)).terminate();
        expect(await pull(runId, 1, ackWaitMs * 1.5)).toEqual([]);
      });

      test('can be settled by a worker that was thought dead, and again by the next: acks are not fenced', async () => {
        const runId = await openedRun();
        await bus.jobs.publish(executeJob(runId, 'j1'));
        const zombie = await pullOne(runId);
        const next = await pullOne(runId);
        await zombie.ack();
        await next.ack();
        expect(await bus.jobs.outstanding(runId)).toEqual(new Set());
      });
    });

    describe('leases', () => {
      test('are kept by renewing them beyond their time', async () => {
        await unlessLate(renewedWithinMs, async (inTime) => {
          const name = newRunId();
          const lease = await inTime(() => bus.leases.acquire(name, 'a'));
          for (let renewal = 0; renewal < 6; renewal += 1) {
            await sleep(leaseTtlMs / 3);
            expect(await inTime(async () => await lease?.renew())).toBe(true);
            expect(await other.leases.acquire(name, 'b')).toBeUndefined();
          }
          await lease?.release();
        });
      });

      test('go to another one when their time is over, and are then lost for good', async () => {
        await unlessLate(renewedWithinMs, async (inTime) => {
          const name = newRunId();
          const deposed = await bus.leases.acquire(name, 'a');
          let successor: Lease | undefined;
          while (successor === undefined) {
            successor = await inTime(() => other.leases.acquire(name, 'successor'));
            await sleep(successor === undefined ? 50 : 0);
          }
          expect(successor.epoch).toBeGreaterThan(deposed?.epoch ?? Number.POSITIVE_INFINITY);
          expect(await deposed?.renew()).toBe(false);
          await deposed?.release();
          expect(await bus.leases.acquire(name, 'c')).toBeUndefined();
          expect(await inTime(() => successor.renew())).toBe(true);
          await successor.release();
        });
      });
    });
  });
}

/** How tests give work to one client, and take it with another. */
function toolsOf(clients: () => { readonly bus: Bus; readonly other: Bus }) {
  const openedRun = async (maxInFlight = 10): Promise<string> => {
    const runId = newRunId();
    await clients().bus.jobs.openLane('execute', runId, { maxInFlight });
    return runId;
  };
  const pull = (runId: string, max = 10, waitMs = 300): Promise<Delivery[]> =>
    clients().other.jobs.pull('execute', runId, { max, waitMs }, never);
  const pullOne = async (runId: string, waitMs = 20_000): Promise<Delivery> => {
    const [delivery] = await pull(runId, 1, waitMs);
    if (!delivery) throw new Error('no job came');
    return delivery;
  };
  /** As many as are due, in as many pulls as that takes. */
  const pullDue = async (runId: string, count: number): Promise<Delivery[]> => {
    const pulled: Delivery[] = [];
    while (pulled.length < count) {
      const more = await pull(runId, 10, 20_000);
      if (more.length === 0) throw new Error(`${pulled.length} of ${count} jobs came`);
      pulled.push(...more);
    }
    return pulled;
  };
  return { openedRun, pull, pullOne, pullDue };
}

const idsOf = (deliveries: readonly Delivery[]): string[] => deliveries.map(({ job }) => job.jobId).sort();

/** The first items, or all; once they are there, the iterable is aborted and must end. */
async function collect<T>(items: AsyncIterable<T>, count = Number.POSITIVE_INFINITY, abort?: AbortController): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) {
    collected.push(item);
    if (collected.length === count) {
      if (!abort) break;
      abort.abort();
    }
  }
  return collected;
}

async function* onlyOf<T extends { readonly runId: string }>(
  items: AsyncIterable<T>,
  runIds: readonly string[],
): AsyncIterable<T> {
  for await (const item of items) if (runIds.includes(item.runId)) yield item;
}

/** Two iterables that wait for something new, which never comes, both end on their signals. */
async function expectPromptEnd(open: (signal: AbortSignal) => AsyncIterable<unknown>): Promise<void> {
  const aborts = [new AbortController(), new AbortController()];
  const draining = aborts.map(async ({ signal }) => {
    for await (const _ of open(signal));
  });
  await sleep(150);
  const [first, second] = aborts;
  for (const abort of [first, second]) {
    abort?.abort();
    await (abort === first ? draining[0] : draining[1]);
  }
  const before = AbortSignal.abort();
  for await (const _ of open(before)) expect.unreachable();
}

type InTime = <T>(action: () => Promise<T>) => Promise<T>;

/**
 * Tries a test again that failed while its own steps came too late, as on a busy machine: that says nothing about the bus.
 * @param mostMs between the beginning of a step and the end of the next
 */
async function unlessLate(mostMs: number, attempt: (inTime: InTime) => Promise<void>): Promise<void> {
  for (;;) {
    let begunMs = performance.now();
    let isLate = false;
    const inTime: InTime = async (action) => {
      const beforeMs = begunMs;
      begunMs = performance.now();
      const made = await action();
      isLate ||= performance.now() - beforeMs >= mostMs;
      return made;
    };
    try {
      return await attempt(inTime);
    } catch (error) {
      if (!isLate && performance.now() - begunMs < mostMs) throw error;
    }
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunManifest } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import { RunConfiguration } from '../../services/shared/contracts/generated/scale/v1/event.ts';
import { encodeSweepEvent } from '../../services/shared/contracts/sweep-codec.ts';
import type { Bus } from '../../services/shared/messaging/bus.ts';
import { BlobMissingError, LogLostError } from '../../services/shared/messaging/errors.ts';
import { executeJob, executionResult, modelCall, newRunId, runManifest, runMemory } from '../support/bus-messages.ts';

export interface FaultyBus {
  /** A new client of the one server. */
  connect(settings?: { readonly blobTouchMs?: number }): Promise<Bus>;
  /** The server loses all that it holds, and goes on. */
  wipe(): Promise<void>;
  stop(): Promise<void>;
}

const never = new AbortController().signal;

async function defineSweep({ sweeps }: Bus, sweepId: string, startsBlob: string, benchmarkBlob: string): Promise<void> {
  const cells = [{ cellId: 'c', labels: [], writtenHash: '', benchmarkBlob }];
  const event = {
    kind: 'sweep-defined',
    name: 's',
    settings: { atOnce: 1 },
    cells,
    startsBlob,
    again: [],
    startedBy: '',
  } as const;
  await sweeps.append(sweepId, encodeSweepEvent(sweepId, event), 0);
}

/** What no test may do to a server that others use at the same time. */
export function describeBusFaults(name: string, start: () => Promise<FaultyBus>): void {
  describe(`${name} when its store`, () => {
    let server: FaultyBus;
    let bus: Bus;
    let other: Bus;
    let stop: AbortController;
    beforeEach(async () => {
      server = await start();
      bus = await server.connect();
      other = await server.connect();
      stop = new AbortController();
    });
    afterEach(async () => {
      stop.abort();
      await Promise.all([bus.close(), other.close()]);
      await server.stop();
    });

    test('is lost: whoever follows starts over, a log is told to be lost, and all goes on', async () => {
      const [before, runId] = [newRunId(), newRunId()];
      const lane = { maxInFlight: 2 };
      let told = 0;
      bus.onRemade(() => {
        told += 1;
      });
      const seen: string[] = [];
      const following = [
        each(bus.results.follow(runId, stop.signal), ({ jobId, worker }) => seen.push(`${jobId} of ${worker}`)),
        each(bus.runs.watch(stop.signal), (manifest) => seen.push(manifest.runId)),
      ];
      // Places in the streams are high before, and low after.
      for (let index = 0; index < 5; index += 1) await other.runs.put(runManifest(`${before}-${index}`));
      for (const jobId of ['j1', 'j2', 'j3']) await other.results.put(executionResult(runId, jobId, 'before'));
      let last = 0;
      for (const byte of [1, 2, 3]) last = await bus.log.append(runId, new Uint8Array([byte]), last);
      const reading = each(other.log.read(runId, { after: 0, follow: true }, stop.signal), ({ entry }) =>
        seen.push(`entry ${entry[0]}`),
      ).then(
        () => 'ended',
        (error: unknown) => error,
      );
      await bus.jobs.openLane('execute', runId, lane);
      await bus.jobs.publish(executeJob(runId, 'j4'));
      const [held] = await other.jobs.pull('execute', runId, { max: 1, waitMs: 2_000 }, never);
      const lease = await bus.leases.acquire(runId, 'me');
      await expect.poll(() => seen.length).toBe(11);

      await server.wipe();

      expect(await reading).toBeInstanceOf(LogLostError);
      await expect.poll(() => told).toBeGreaterThan(0);
      await expect(bus.log.append(runId, new Uint8Array([4]), last)).rejects.toThrow(LogLostError);
      expect(await lease?.renew()).toBe(false);
      expect(await other.runs.get(`${before}-0`)).toBeUndefined();
      await bus.check(AbortSignal.timeout(30_000));
      await other.check(AbortSignal.timeout(30_000));

      seen.splice(0);
      await other.runs.put(runManifest(runId));
      await other.results.put(executionResult(runId, 'j1', 'after'));
      await expect.poll(() => [...seen].sort()).toEqual(['j1 of after', runId].sort());
      expect(await bus.log.append(runId, new Uint8Array([1]), 0)).toBeGreaterThan(0);
      // What was in hand is settled without harm, and the lane is opened again by whoever leads.
      await held?.ack();
      await bus.jobs.openLane('execute', runId, lane);
      expect(await bus.jobs.publish(executeJob(runId, 'j4'))).toBe('queued');
      const [again] = await other.jobs.pull('execute', runId, { max: 1, waitMs: 5_000 }, never);
      expect([again?.job.jobId, again?.deliveryCount]).toEqual(['j4', 1]);
      expect(await other.leases.acquire(runId, 'another')).toBeDefined();
      stop.abort();
      await Promise.all(following);
    });

    test('is cleaned: unused blobs go, and those that something refers to stay', async () => {
      const runId = newRunId();
      const large = (mark: number) => 'x'.repeat(300_000 + mark);
      const put = (text: string) => bus.blobs.put(new TextEncoder().encode(text));
      const benchmark = await put('a benchmark');
      const work = executeJob(runId, 'j1').work;
      const workflow = await put('a workflow');
      const unused = [await put('nobody needs it'), await put(large(1))];
      const touched = await put('put again');

      await bus.runs.put(manifestWith(runId, benchmark));
      if (work?.$case !== 'execute') throw new Error('an execution is expected');
      const job = { ...executeJob(runId, 'j1'), work: { ...work, value: { ...work.value, workflowBlob: workflow } } };
      await bus.jobs.publish(job);
      await bus.results.put(executionResult(runId, 'j2', 'w', large(2)));
      await bus.journal.record(runId, 'j1', [modelCall('solve/0', large(3))]);
      const last = await bus.log.append(runId, new TextEncoder().encode(large(4)), 0);
      await bus.memory.keep(runMemory(runId, 'hash', 40, 3_000));
      const [starts, ofCell] = [await put('the starts of a sweep'), await put("a cell's benchmark")];
      await defineSweep(bus, runId, starts, ofCell);
      expect(await bus.blobs.collect({ unusedForMs: 600_000 }, never)).toMatchObject({ removed: 0 });
      await sleep(3_000);
      const eager = await server.connect({ blobTouchMs: 0 });
      expect(await eager.blobs.put(new TextEncoder().encode('put again'))).toBe(touched);
      await eager.close();
      expect(await bus.blobs.collect({ unusedForMs: 2_500 }, never)).toMatchObject({ removed: unused.length });

      for (const name of unused) await expect(bus.blobs.get(name)).rejects.toThrow(BlobMissingError);
      expect(await put('nobody needs it')).toBe(unused[0]);
      for (const name of [benchmark, workflow, touched, starts, ofCell])
        expect((await other.blobs.get(name)).length).toBeGreaterThan(0);
      expect((await other.results.get(runId, 'j2'))?.jobId).toBe('j2');
      expect((await other.journal.read(runId, 'j1')).get('solve/0')?.text).toBe(large(3));
      expect((await other.memory.list('hash'))[0]?.memory.rows).toHaveLength(40);
      for await (const { sequence, entry } of other.log.read(runId, { after: 0, follow: false }, never)) {
        expect([sequence, entry.length]).toEqual([last, 300_004]);
      }
      // Without the job that needed it, the workflow goes too.
      await bus.jobs.closeLanes(runId);
      await sleep(100);
      expect((await bus.blobs.collect({ unusedForMs: 0 }, never)).removed).toBeGreaterThan(1);
      await expect(bus.blobs.get(workflow)).rejects.toThrow(BlobMissingError);
      expect((await bus.blobs.get(benchmark)).length).toBe(11);
    });
  });
}

function manifestWith(runId: string, contentHash: string): RunManifest {
  return { ...runManifest(runId), configuration: RunConfiguration.fromPartial({ benchmark: { contentHash } }) };
}

async function each<T>(items: AsyncIterable<T>, act: (item: T) => void): Promise<void> {
  for await (const item of items) act(item);
}

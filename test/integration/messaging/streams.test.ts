import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from 'nats';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BusError } from '../../../services/shared/messaging/errors.ts';
import { type BusSettings, connectBus } from '../../../services/shared/messaging/nats-bus.ts';
import { executeJob, executionResult, newRunId } from '../../support/bus-messages.ts';
import { startTestNatsServer, type TestNatsServer } from '../../support/nats-server.ts';

let server: TestNatsServer;
beforeAll(async () => {
  server = await startTestNatsServer();
});
afterAll(() => server.stop());

const never = new AbortController().signal;
const connectTo = ({ url }: TestNatsServer, settings: Partial<BusSettings> = {}) =>
  connectBus({ servers: [url], name: 'streams test', logger: pino({ level: 'silent' }), deadlineMs: 20_000, ...settings });

test('many services that start at the same time on a new server make the streams once', async () => {
  await using fresh = await startTestNatsServer();
  const buses = await Promise.all(
    Array.from({ length: 6 }, (_, index) => connectTo(fresh, index === 0 ? { leaseTtlMs: 2_000 } : {})),
  );
  await Promise.all(buses.map((bus) => bus.check(never)));
  await Promise.all(buses.map((bus) => bus.close()));
});

test('limits that are given change the streams, and limits that are not leave them as they are', async () => {
  const ttlOf = async (settings: Partial<BusSettings>) => {
    const bus = await connectTo(server, settings);
    const lease = await bus.leases.acquire(newRunId(), 'me');
    await lease?.release();
    await bus.close();
    return lease?.ttlMs;
  };
  expect(await ttlOf({})).toBe(10_000);
  expect(await ttlOf({ leaseTtlMs: 2_000 })).toBe(2_000);
  expect(await ttlOf({})).toBe(2_000);
  expect(await ttlOf({ leaseTtlMs: 600_000 })).toBe(600_000);
});

test('a stream that is full refuses: the job is not taken for one that has a result', async () => {
  await using small = await startTestNatsServer();
  const bus = await connectTo(small, { storageBytes: 1_000_000, deadlineMs: 600 });
  const runId = newRunId();
  const large = 'x'.repeat(150_000);
  const stored: string[] = [];
  let refusal: unknown;
  for (let index = 0; index < 5 && !refusal; index += 1) {
    const answer = await bus.results.put(executionResult(runId, `j${index}`, 'w', large)).catch((error: unknown) => {
      refusal = error;
    });
    if (answer) stored.push(answer);
  }
  expect(stored).toEqual(['stored', 'stored']);
  expect(refusal).toBeInstanceOf(BusError);
  expect((refusal as BusError).message).toMatch(/cannot take more/);
  expect((refusal as BusError).retryable).toBe(true);
  expect(await bus.results.put(executionResult(runId, 'j0'))).toBe('already-stored');
  const full = await bus.fill();
  const fillOf = (stream: string) => full.find((each) => each.stream === stream);
  expect(fillOf('RESULTS')).toMatchObject({ messages: 2, maxBytes: 332_000, refusesWhenFull: true, differs: [] });
  expect(fillOf('RESULTS')?.bytes).toBeGreaterThan(300_000);
  expect(fillOf('JOURNAL')).toMatchObject({ messages: 0, bytes: 0, refusesWhenFull: false });
  expect(full).toHaveLength(15);
  await bus.close();
});

test('the response cache forgets the oldest replies when it is full, and those that are too old', async () => {
  await using small = await startTestNatsServer();
  const bus = await connectTo(small, { cacheBytes: 1_000_000, cacheMaxAgeMs: 600_000 });
  expect(await bus.responses.size()).toMatchObject({ replies: 0, maxBytes: 1_000_000, maxAgeMs: 600_000 });
  for (const key of ['a', 'b', 'c']) await bus.responses.put(key, Buffer.alloc(400_000, key));
  expect(await bus.responses.get('a')).toBeUndefined();
  expect((await bus.responses.get('c'))?.entry.length).toBe(400_000);
  const soon = await connectTo(small, { cacheMaxAgeMs: 1_000 });
  await expect.poll(async () => (await bus.responses.size()).replies).toBe(0);
  expect(await soon.responses.get('c')).toBeUndefined();
  await Promise.all([bus.close(), soon.close()]);
});

test('a server whose storage is smaller than the limits is refused with what to do', async () => {
  await using tiny = await startTestNatsServer({ maxFileStoreBytes: 50_000_000 });
  await expect(connectTo(tiny)).rejects.toThrow(/max_file_store/);
  await (await connectTo(tiny, { storageBytes: 40_000_000 })).close();
});

test('a job that cannot be read is set aside with its bytes, one of a later version stays queued, and the others go on', async () => {
  const bus = await connectTo(server);
  const client = await connect({ servers: server.url });
  const runId = newRunId();
  const garbage = new Uint8Array([0xff, 0xff, 0xff]);
  await bus.jobs.openLane('execute', runId, { maxInFlight: 5 });
  await jetstream(client).publish(`jobs.v1.execute.${runId}.broken`, garbage);
  // Version 2 of the message: the first field, a varint. And work of a kind that there is not yet, in field 40.
  await jetstream(client).publish(`jobs.v1.execute.${runId}.newer`, new Uint8Array([8, 2]));
  await jetstream(client).publish(`jobs.v1.execute.${runId}.unheard`, new Uint8Array([8, 1, 0xc2, 2, 0]));
  await bus.jobs.publish(executeJob(runId, 'good'));
  const deliveries = await bus.jobs.pull('execute', runId, { max: 5, waitMs: 1_000 }, never);
  expect(deliveries.map(({ job }) => job.jobId)).toEqual(['good']);
  expect(await bus.jobs.outstanding(runId)).toEqual(new Set(['good', 'newer', 'unheard']));
  const manager = await jetstreamManager(client);
  const kept = await manager.streams.getMessage('DEAD', { last_by_subj: `dead.v1.jobs.v1.execute.${runId}.broken` });
  expect(kept?.data).toEqual(garbage);
  await client.close();
  await bus.close();
});

test('a lane that holds jobs and hands them to nobody is found, and made anew they come', async () => {
  const bus = await connectTo(server, { ackWaitMs: 1_000 });
  const client = await connect({ servers: server.url });
  const { consumers } = await jetstreamManager(client);
  const runId = newRunId();
  const open = () => bus.jobs.openLane('execute', runId, { maxInFlight: 5 });
  const pull = (waitMs: number) => bus.jobs.pull('execute', runId, { max: 5, waitMs }, never);
  await open();
  // A server that has lost its place looks like one that has reached such a limit: nothing pending, nothing in hand, jobs queued.
  await consumers.update('JOBS', `execute-${runId}`, { max_deliver: 1 });
  await bus.jobs.publish(executeJob(runId, 'j1'));
  expect(await bus.jobs.closeStuckLanes(runId)).toBe(0);
  expect(await pull(1_000)).toHaveLength(1);
  expect(await bus.jobs.closeStuckLanes(runId)).toBe(0);
  expect(await pull(2_500)).toEqual([]);
  expect(await bus.jobs.outstanding(runId)).toEqual(new Set(['j1']));
  expect(await bus.jobs.closeStuckLanes(runId)).toBe(1);
  await open();
  const [again] = await pull(2_000);
  expect(again?.job.jobId).toBe('j1');
  await again?.ack();
  expect(await bus.jobs.closeStuckLanes(runId)).toBe(0);
  await client.close();
  await bus.close();
});

test('streams that are missing make the check fail and name themselves', async () => {
  await using fresh = await startTestNatsServer();
  const bus = await connectTo(fresh);
  const client = await connect({ servers: fresh.url });
  await (await jetstreamManager(client)).streams.delete('JOURNAL');
  await expect(bus.check(never)).rejects.toThrow(/JOURNAL/);
  await expect(bus.check(AbortSignal.abort())).rejects.toThrow(BusError);
  await client.close();
  await bus.close();
});

test('a blob that is there is left alone when it is put again, so that nobody loses it while reading', async () => {
  const bus = await connectTo(server);
  const client = await connect({ servers: server.url });
  const manager = await jetstreamManager(client);
  const content = new Uint8Array(300_000).fill(5);
  await bus.blobs.put(content);
  const before = (await manager.streams.info('OBJ_blobs')).state.last_seq;
  await bus.blobs.put(content);
  expect((await manager.streams.info('OBJ_blobs')).state.last_seq).toBe(before);
  await client.close();
  await bus.close();
});

test('a store of an earlier version gets the guards that it lacks', async () => {
  await using fresh = await startTestNatsServer();
  const client = await connect({ servers: fresh.url });
  const { streams } = await jetstreamManager(client);
  await streams.add({ name: 'SWEEPS', subjects: ['sweeps.v1.*'], discard: 'new' as const, deny_delete: true });
  const bus = await connectTo(fresh);
  expect((await streams.info('SWEEPS')).config).toMatchObject({ deny_delete: true, deny_purge: true });
  await client.close();
  await bus.close();
});

test('the log, the results and the accounts lose no single message, and those of sweeps and callers nothing at all', async () => {
  const bus = await connectTo(server);
  const client = await connect({ servers: server.url });
  const sequence = await bus.log.append(newRunId(), new Uint8Array([1]), 0);
  const manager = await jetstreamManager(client);
  await expect(manager.streams.deleteMessage('EVENTS', sequence)).rejects.toThrow();
  for (const stream of ['EVENTS', 'RESULTS', 'SPENDING']) {
    expect((await manager.streams.info(stream)).config).toMatchObject({ deny_delete: true, deny_purge: false });
  }
  for (const stream of ['AUDIT', 'SWEEPS']) {
    await expect(manager.streams.purge(stream)).rejects.toThrow(/purge/i);
  }
  await client.close();
  await bus.close();
});

test('a store that was made to keep its logs for ever says so to whoever deletes a run, and loses nothing', async () => {
  await using fresh = await startTestNatsServer();
  const client = await connect({ servers: fresh.url });
  const { streams } = await jetstreamManager(client);
  await streams.add({ name: 'EVENTS', subjects: ['events.v1.*'], deny_delete: true, deny_purge: true });
  const bus = await connectTo(fresh);
  const runId = newRunId();
  await bus.log.append(runId, new Uint8Array([1]), 0);
  await bus.results.put(executionResult(runId, 'j1'));
  await expect(bus.removeRun(runId)).rejects.toThrow(
    /the stream EVENTS was made by a version of SCALE that let nothing be deleted/,
  );
  expect(await bus.results.get(runId, 'j1')).toBeDefined();
  await client.close();
  await bus.close();
});

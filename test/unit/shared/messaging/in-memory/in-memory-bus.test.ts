import { expect, test } from 'vitest';
import type { Delivery } from '../../../../../services/shared/messaging/bus.ts';
import { createInMemoryServer } from '../../../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { executeJob, executionResult, newRunId } from '../../../../support/bus-messages.ts';
import { createManualTiming } from '../../../../support/manual-timing.ts';

const never = new AbortController().signal;

test('redelivery, delays and leases follow the timers that are given, however long', async () => {
  const timing = createManualTiming();
  const bus = createInMemoryServer({ timing, ackWaitMs: 3_600_000, leaseTtlMs: 7_200_000 }).connect();
  const runId = newRunId();
  await bus.jobs.openLane('execute', runId, { maxInFlight: 1 });
  await bus.jobs.publish(executeJob(runId, 'j1'));
  const pull = () => bus.jobs.pull('execute', runId, { max: 1, waitMs: 10_000_000 }, never);
  const lease = await bus.leases.acquire('a', 'me');
  const [first] = await pull();

  let second: Delivery[] = [];
  const waiting = pull().then((deliveries) => {
    second = deliveries;
  });
  await timing.advance(3_500_000);
  expect(second).toEqual([]);
  await first?.heartbeat();
  await timing.advance(3_500_000);
  expect(second).toEqual([]);
  await timing.advance(200_000);
  await waiting;
  expect(second[0]?.deliveryCount).toBe(2);
  expect(await lease?.renew()).toBe(false);
  expect((await bus.leases.acquire('a', 'you'))?.epoch).toBeGreaterThan(lease?.epoch ?? 0);
});

test('a pull on virtual time ends when its time is over', async () => {
  const timing = createManualTiming();
  const bus = createInMemoryServer({ timing }).connect();
  const runId = newRunId();
  await bus.jobs.openLane('execute', runId, { maxInFlight: 1 });
  const pulling = bus.jobs.pull('execute', runId, { max: 1, waitMs: 60_000 }, never);
  await timing.advance(60_000);
  expect(await pulling).toEqual([]);
});

test('jobs in hand can be delivered once more on demand, as duplicates', async () => {
  const server = createInMemoryServer();
  const bus = server.connect();
  const runId = newRunId();
  await bus.jobs.openLane('execute', runId, { maxInFlight: 5 });
  for (const id of ['j1', 'j2', 'j3']) await bus.jobs.publish(executeJob(runId, id));
  const pull = (max: number) => bus.jobs.pull('execute', runId, { max, waitMs: 0 }, never);
  const [held] = await pull(2);
  expect(server.redeliver(runId)).toBe(2);
  const again = await pull(5);
  expect(again.map(({ job, deliveryCount }) => [job.jobId, deliveryCount])).toEqual([
    ['j1', 2],
    ['j2', 2],
    ['j3', 1],
  ]);
  await held?.ack();
  expect(await bus.jobs.outstanding(runId)).toEqual(new Set(['j2', 'j3']));
});

test('what a client holds in its hands is its own copy', async () => {
  const server = createInMemoryServer();
  const [bus, other] = [server.connect(), server.connect()];
  const runId = newRunId();
  const result = executionResult(runId, 'j1');
  await bus.results.put(result);
  result.worker = 'changed afterwards';
  const read = await other.results.get(runId, 'j1');
  expect(read?.worker).toBe('executor-1');
  const entry = new Uint8Array([1, 2, 3]);
  await bus.log.append(runId, entry, 0);
  entry[0] = 9;
  for await (const logged of other.log.read(runId, { after: 0, follow: false }, never))
    expect([...logged.entry]).toEqual([1, 2, 3]);
});

test('a client that closes leaves the others and what is stored alone', async () => {
  const server = createInMemoryServer();
  const [bus, other] = [server.connect(), server.connect()];
  const runId = newRunId();
  await bus.results.put(executionResult(runId, 'j1'));
  await bus.close();
  expect(await other.results.get(runId, 'j1')).toBeDefined();
});

test('the response cache in memory forgets the oldest replies when it is full, and those that are too old', async () => {
  const timing = createManualTiming();
  const { responses } = createInMemoryServer({ timing, cache: { maxBytes: 10, maxAgeMs: 1_000 } }).connect();
  for (const key of ['a', 'b', 'c']) await responses.put(key, Buffer.from('four'));
  expect(await responses.get('a')).toBeUndefined();
  expect(await responses.size()).toEqual({ replies: 2, bytes: 8, maxBytes: 10, maxAgeMs: 1_000 });
  await timing.advance(1_001);
  expect(await responses.get('c')).toBeUndefined();
});

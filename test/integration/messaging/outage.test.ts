import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import type { Bus } from '../../../services/shared/messaging/bus.ts';
import { BusError, LogLostError } from '../../../services/shared/messaging/errors.ts';
import { type BusSettings, connectBus } from '../../../services/shared/messaging/nats-bus.ts';
import { executeJob, executionResult, newRunId, runManifest } from '../../support/bus-messages.ts';
import { startChaosProxy } from '../../support/faults/chaos-proxy.ts';
import { startTestNatsServer, type TestNatsServer } from '../../support/nats-server.ts';

/** One server that can be killed and started again on the same store and port, and clients that live through it. */
interface Outages extends AsyncDisposable {
  connect(settings?: Partial<BusSettings>): Promise<Bus>;
  crash(): Promise<void>;
  recover(): Promise<void>;
  /** What it had stored is gone. */
  wipe(): Promise<void>;
  readonly port: number;
}

const opened: Outages[] = [];
afterEach(async () => {
  for (const outages of opened.splice(0)) await outages[Symbol.asyncDispose]();
});

async function startOutages(): Promise<Outages> {
  const storeFolder = await mkdtemp(join(tmpdir(), 'scale-outage-'));
  let server: TestNatsServer = await startTestNatsServer({ storeFolder });
  const port = Number(new URL(server.url).port);
  const clients: Bus[] = [];
  const outages: Outages = {
    async connect(settings = {}) {
      const logger = pino({ level: 'silent' });
      const bus = await connectBus({ servers: [server.url], name: 'outage test', logger, deadlineMs: 20_000, ...settings });
      clients.push(bus);
      return bus;
    },
    port,
    crash: () => server.kill(),
    wipe: () => rm(storeFolder, { recursive: true, force: true }),
    async recover() {
      server = await startTestNatsServer({ storeFolder, port });
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client.close()));
      await server.kill();
      await rm(storeFolder, { recursive: true, force: true });
    },
  };
  opened.push(outages);
  return outages;
}

test('nothing that was acknowledged is lost, and all goes on, when the server is killed again and again under work', async () => {
  const outages = await startOutages();
  const [coordinator, worker] = [await outages.connect(), await outages.connect({ ackWaitMs: 2_000 })];
  const runId = newRunId();
  await coordinator.jobs.openLane('execute', runId, { maxInFlight: 8 });
  const ids = Array.from({ length: 400 }, (_, index) => `j${index}`);
  const stop = new AbortController();

  const publish = async () => {
    for (const id of ids) await coordinator.jobs.publish(executeJob(runId, id));
  };
  const work = async () => {
    while (!stop.signal.aborted) {
      const deliveries = await worker.jobs.pull('execute', runId, { max: 4, waitMs: 500 }, stop.signal);
      await Promise.all(
        deliveries.map(async (delivery) => {
          await sleep(15);
          await worker.results.put(executionResult(runId, delivery.job.jobId));
          // A killed server may have forgotten the delivery; the job then comes back, and the first result stays.
          await delivery.ack().catch((error: unknown) => expect(error).toBeInstanceOf(BusError));
        }),
      );
    }
  };
  const followed: string[] = [];
  const appended: number[] = [];
  const follow = async () => {
    for await (const { jobId } of coordinator.results.follow(runId, stop.signal)) {
      followed.push(jobId);
      const entry = new TextEncoder().encode(jobId);
      appended.push(await coordinator.log.append(runId, entry, appended.at(-1) ?? 0));
      if (followed.length === ids.length) return;
    }
  };
  const killAgainAndAgain = async () => {
    for (const downMs of [0, 700, 200]) {
      await sleep(500);
      await outages.crash();
      await sleep(downMs);
      await outages.recover();
    }
  };

  const working = work();
  await Promise.all([publish(), follow(), killAgainAndAgain()]);
  expect([...followed].sort()).toEqual([...ids].sort());
  const entries: string[] = [];
  for await (const { entry } of coordinator.log.read(runId, { after: 0, follow: false }, stop.signal)) {
    entries.push(new TextDecoder().decode(entry));
  }
  expect(entries).toEqual(followed);
  while ((await coordinator.jobs.outstanding(runId)).size > 0) await sleep(50);
  stop.abort();
  await working;
});

// A machine may stand still once for as long as a request's time; that it does so each time would be the fault.
test('what is asked for while the server is away is done when it is back', { retry: 3 }, async () => {
  const outages = await startOutages();
  const bus = await outages.connect();
  const runId = newRunId();
  await bus.jobs.openLane('execute', runId, { maxInFlight: 8 });
  const sequence = await bus.log.append(runId, new Uint8Array([1]), 0);
  await bus.jobs.publish(executeJob(runId, 'held'));
  const [held] = await bus.jobs.pull('execute', runId, { max: 1, waitMs: 20_000 }, new AbortController().signal);
  const content = new Uint8Array(400_000).fill(9);

  await outages.crash();
  const asked = Promise.all([
    bus.jobs.publish(executeJob(runId, 'j1')),
    bus.results.put(executionResult(runId, 'j0')),
    bus.log.append(runId, new Uint8Array([2]), sequence),
    bus.blobs.put(content),
    bus.runs.put(runManifest(runId)),
  ]);
  const acking = held?.ack().then(
    () => true,
    () => false,
  );
  await sleep(300);
  await outages.recover();
  const recovered = performance.now();

  const [queued, stored, next, blob] = await asked;
  expect([queued, stored]).toEqual(['queued', 'stored']);
  expect(next).toBeGreaterThan(sequence);
  // Asked again when the link is back, and not when a request's time is over, which is 5 s.
  expect(performance.now() - recovered).toBeLessThan(4_500);
  expect((await bus.blobs.get(blob)).length).toBe(400_000);
  expect(await bus.runs.get(runId)).toEqual(runManifest(runId));
  // A killed server may have forgotten that it delivered a job, and takes no ack for it: then the job is still there.
  const acked = await acking;
  const outstanding = await bus.jobs.outstanding(runId);
  expect(outstanding).toContain('j1');
  if (acked) expect(outstanding).not.toContain('held');
});

test('followers see what comes after an outage, each thing once', async () => {
  const outages = await startOutages();
  const [bus, watcher] = [await outages.connect(), await outages.connect()];
  const runId = newRunId();
  const stop = new AbortController();
  const seen = { results: [] as string[], log: [] as number[], runs: [] as string[] };
  const following = Promise.all([
    forEach(watcher.results.follow(runId, stop.signal), ({ jobId }) => seen.results.push(jobId)),
    forEach(watcher.log.read(runId, { after: 0, follow: true }, stop.signal), ({ entry }) => seen.log.push(entry[0] ?? 0)),
    forEach(watcher.runs.watch(stop.signal), (manifest) => seen.runs.push(manifest.runId)),
  ]);
  const say = async (number: number, last: number): Promise<number> => {
    await bus.results.put(executionResult(runId, `j${number}`));
    await bus.runs.put(runManifest(`${runId}-${number}`));
    return await bus.log.append(runId, new Uint8Array([number]), last);
  };
  let last = await say(1, 0);
  for (const number of [2, 3]) {
    await outages.crash();
    await sleep(300);
    await outages.recover();
    last = await say(number, last);
  }
  await expect.poll(() => [seen.results.length, seen.log.length, seen.runs.length]).toEqual([3, 3, 3]);
  stop.abort();
  await following;
  expect(seen).toEqual({ results: ['j1', 'j2', 'j3'], log: [1, 2, 3], runs: [`${runId}-1`, `${runId}-2`, `${runId}-3`] });
});

test('while the server is away, everything is refused or ends within its deadline', async () => {
  const outages = await startOutages();
  const deadlineMs = 3_000;
  const bus = await outages.connect({ deadlineMs, leaseTtlMs: 10_000 });
  const runId = newRunId();
  await bus.jobs.openLane('execute', runId, { maxInFlight: 8 });
  await bus.jobs.publish(executeJob(runId, 'held'));
  const [held] = await bus.jobs.pull('execute', runId, { max: 1, waitMs: 20_000 }, new AbortController().signal);
  const lease = await bus.leases.acquire('a-lease', 'me');
  expect(await lease?.renew()).toBe(true);
  await outages.crash();
  await expect.poll(() => bus.trouble()?.message).toMatch(/the connection to the server is lost/);
  await expect(bus.check(AbortSignal.timeout(1_000))).rejects.toThrow(/the connection to the server is lost/);

  const calls: Record<string, Promise<unknown> | undefined> = {
    publish: bus.jobs.publish(executeJob(runId, 'j1')),
    openLane: bus.jobs.openLane('predict', runId, { maxInFlight: 1 }),
    closeLanes: bus.jobs.closeLanes(runId),
    outstanding: bus.jobs.outstanding(runId),
    heartbeat: held?.heartbeat(),
    ack: held?.ack(),
    put: bus.results.put(executionResult(runId, 'j1')),
    get: bus.results.get(runId, 'j1'),
    append: bus.log.append(runId, new Uint8Array([1]), 0),
    journal: bus.journal.read(runId, 'j1'),
    blobPut: bus.blobs.put(new Uint8Array([1])),
    blobGet: bus.blobs.get('0'.repeat(64)),
    runs: bus.runs.list(),
    acquire: bus.leases.acquire('another', 'me'),
    check: bus.check(AbortSignal.timeout(deadlineMs)),
  };
  const asked = performance.now();
  await Promise.all(
    Object.entries(calls).map(async ([name, call]) => {
      const error = await call?.catch((caught: unknown) => caught);
      expect(error, name).toBeInstanceOf(BusError);
      expect(performance.now() - asked, name).toBeLessThan(deadlineMs + 15_000);
    }),
  );
  expect(await bus.jobs.pull('execute', runId, { max: 1, waitMs: 300 }, AbortSignal.timeout(5_000))).toEqual([]);
  const aborted = performance.now();
  expect(await bus.jobs.pull('execute', runId, { max: 1, waitMs: 20_000 }, AbortSignal.timeout(100))).toEqual([]);
  expect(performance.now() - aborted).toBeLessThan(15_000);
  expect(await lease?.renew()).toBe(false);
  await outages.recover();
  await expect.poll(() => bus.trouble()).toBeUndefined();
  expect(bus.link()).toMatchObject({ isUp: true, reconnects: 1 });
  await expect.poll(() => bus.check(AbortSignal.timeout(30_000)).then(() => 'ready', String)).toBe('ready');
  // Once its holder was told to stop, a lease stays lost.
  expect(await lease?.renew()).toBe(false);
});

async function forEach<T>(items: AsyncIterable<T>, act: (item: T) => void): Promise<void> {
  for await (const item of items) act(item);
}

test('what was delivered before a server was killed is not called first by the next one, whatever it counts', async () => {
  const outages = await startOutages();
  const bus = await outages.connect({ ackWaitMs: 1_000 });
  const runId = newRunId();
  const pull = async () => await bus.jobs.pull('execute', runId, { max: 8, waitMs: 3_000 }, new AbortController().signal);
  await bus.jobs.openLane('execute', runId, { maxInFlight: 8 });
  for (const id of ['a', 'b', 'c']) await bus.jobs.publish(executeJob(runId, id));
  const before = await pull();
  expect(before.map(({ isFirst }) => isFirst)).toEqual([true, true, true]);
  await outages.crash();
  await outages.recover();
  const again: string[] = [];
  while (again.length < 3) {
    for (const delivery of await pull()) {
      expect(delivery.isFirst, `${delivery.job.jobId}, delivered for the ${delivery.deliveryCount}. time`).toBe(false);
      again.push(delivery.job.jobId);
      await delivery.ack();
    }
  }
  // Once the queue has been looked at again, what comes after that is known to be new.
  for (let tries = 0; tries < 50; tries += 1) {
    await bus.jobs.publish(executeJob(runId, `later-${tries}`));
    const [delivery] = await pull();
    await delivery?.ack();
    if (delivery?.isFirst) return;
    await sleep(100);
  }
  throw new Error('deliveries are never again known to be the first');
});

test('an append is not tried in another store, whose log has come to the same sequence meanwhile', async () => {
  const outages = await startOutages();
  await using way = await startChaosProxy({ port: outages.port });
  const [deposed, next] = [await outages.connect({ servers: [`nats://127.0.0.1:${way.port}`] }), await outages.connect()];
  const runId = newRunId();
  let last = 0;
  for (const byte of [1, 2, 3]) last = await deposed.log.append(runId, new Uint8Array([byte]), last);

  await outages.crash();
  way.weather({ refuses: true });
  const late = deposed.log.append(runId, new Uint8Array([4]), last).catch((error: unknown) => error);
  await outages.wipe();
  await outages.recover();
  let remade = 0;
  for (const byte of [5, 6, 7]) remade = await next.log.append(runId, new Uint8Array([byte]), remade);
  expect(remade).toBe(last);
  way.weather({});

  expect(await late).toBeInstanceOf(LogLostError);
  const entries: number[] = [];
  for await (const { entry } of next.log.read(runId, { after: 0, follow: false }, AbortSignal.timeout(60_000)))
    entries.push(...entry);
  expect(entries).toEqual([5, 6, 7]);
});

test('a lease is not renewed in another store, whose next holder has come to the same revision meanwhile', async () => {
  const outages = await startOutages();
  await using way = await startChaosProxy({ port: outages.port });
  const leaseTtlMs = 60_000;
  const cutOff = await outages.connect({ servers: [`nats://127.0.0.1:${way.port}`], leaseTtlMs });
  const next = await outages.connect({ leaseTtlMs });
  const [runId, endedRunId] = [newRunId(), newRunId()];
  const deposed = await cutOff.leases.acquire(runId, 'deposed');
  const released = await cutOff.leases.acquire(endedRunId, 'deposed');

  await outages.crash();
  way.weather({ refuses: true });
  const late = deposed?.renew();
  await outages.wipe();
  await outages.recover();
  const held = await next.leases.acquire(runId, 'next');
  const heldToo = await next.leases.acquire(endedRunId, 'next');
  expect([held?.epoch, heldToo?.epoch]).toEqual([deposed?.epoch, released?.epoch]);
  way.weather({});

  expect(await late).toBe(false);
  await released?.release();
  expect(await next.leases.holding(runId)).toBe(held?.id);
  expect(await next.leases.holding(endedRunId)).toBe(heldToo?.id);
  expect(await held?.renew()).toBe(true);
});

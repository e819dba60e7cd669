import { createHash } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from 'nats';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import type { Bus } from '../../../services/shared/messaging/bus.ts';
import { BusError } from '../../../services/shared/messaging/errors.ts';
import { connectBus } from '../../../services/shared/messaging/nats-bus.ts';
import { executeJob, executionResult, newRunId, runManifest } from '../../support/bus-messages.ts';
import { type NatsNode, startNatsNode } from '../../support/nats-node.ts';
import { natsServersToTry } from '../../support/nats-versions.ts';

const never = new AbortController().signal;

describe.each(await natsServersToTry())('nats-server $version', ({ path: binary }) => {
  const buses: Bus[] = [];
  let node: NatsNode;
  afterEach(async () => {
    await Promise.all(buses.splice(0).map((bus) => bus.close()));
    await node.kill();
  });

  const start = async (configuration = ''): Promise<void> => {
    node = await startNatsNode({ binary, name: 'n0', configuration });
    await node.ready();
  };
  const connectTo = async (url = node.url): Promise<Bus> => {
    const bus = await connectBus({ servers: [url], name: 'answers', logger: pino({ level: 'silent' }), deadlineMs: 60_000 });
    buses.push(bus);
    return bus;
  };
  /** Who connects without a name may do all but that; "admin" may do all. */
  const startDenying = async (denied: string) => {
    await start(`accounts { A { jetstream: enabled, users: [
      { user: admin, password: p }
      { user: worker, password: p, permissions: { ${denied} } }
    ] } }
    no_auth_user: worker`);
    return await connectTo(node.url.replace('://', '://admin:p@'));
  };

  test('equal contents that are put at the same time by many are stored once, and what a lost race left is removed', async () => {
    await start();
    const clients = await Promise.all(Array.from({ length: 5 }, () => connectTo()));
    const content = new Uint8Array(3_000_000).map((_, index) => (index * 7) & 255);
    const name = createHash('sha256').update(content).digest('hex');
    const puts = clients.flatMap((client) => [client.blobs.put(content), client.blobs.put(content)]);
    expect(new Set(await Promise.all(puts))).toEqual(new Set([name]));
    await using admin = await connect({ servers: node.url }).then((connection) => ({
      streams: jetstreamManager(connection).then(({ streams }) => streams),
      [Symbol.asyncDispose]: () => connection.close(),
    }));
    const { state } = await (await admin.streams).info('OBJ_blobs', { subjects_filter: '>' });
    expect(Object.keys(state.subjects ?? {}).filter((subject) => subject.includes('.C.'))).toHaveLength(1);
    expect(state.bytes / content.length).toBeLessThan(1.02);
    expect(Buffer.from(await (clients[4] as Bus).blobs.get(name)).equals(content)).toBe(true);
    // A description without its chunks is no blob, and putting it again mends it.
    await (await admin.streams).purge('OBJ_blobs', { filter: '$O.blobs.C.>' });
    await expect((clients[0] as Bus).blobs.get(name)).rejects.toThrow(/not in the object store/);
    await (clients[1] as Bus).blobs.put(content);
    expect((await (clients[2] as Bus).blobs.get(name)).length).toBe(content.length);
  });

  const runId = newRunId();
  test.each<[string, string, (bus: Bus) => Promise<unknown>, RegExp]>([
    [
      'publishing results',
      'publish: { deny: ["results.v1.>"] }',
      (bus) => bus.results.put(executionResult(runId, 'j1')),
      /publish to "results\.v1\.run-[-\w]+\.j1"/,
    ],
    [
      'pulling jobs',
      'publish: { deny: ["$JS.API.CONSUMER.MSG.NEXT.>"] }',
      (bus) => bus.jobs.pull('execute', runId, { max: 1, waitMs: 15_000 }, never),
      /publish to "\$JS\.API\.CONSUMER\.MSG\.NEXT\.JOBS\.execute-run-/,
    ],
    [
      'following results',
      'publish: { deny: ["$JS.API.CONSUMER.MSG.NEXT.RESULTS.>"] }',
      (bus) => first(bus.results.follow(runId, never)),
      /publish to "\$JS\.API\.CONSUMER\.MSG\.NEXT\.RESULTS\./,
    ],
    [
      'making consumers',
      'publish: { deny: ["$JS.API.CONSUMER.CREATE.KV_runs.>"] }',
      (bus) => first(bus.runs.watch(never)),
      /publish to "\$JS\.API\.CONSUMER\.CREATE\.KV_runs\./,
    ],
    [
      'writing the registry',
      'publish: { deny: ["$KV.runs.>"] }',
      (bus) => bus.runs.put(runManifest(runId)),
      /publish to "\$KV\.runs\./,
    ],
    [
      'taking leases',
      'publish: { deny: ["$KV.leases.>"] }',
      (bus) => bus.leases.acquire(runId, 'me'),
      /publish to "\$KV\.leases\./,
    ],
    [
      'storing blobs',
      'publish: { deny: ["$O.blobs.C.>"] }',
      (bus) => bus.blobs.put(new Uint8Array(10)),
      /publish to "\$O\.blobs\.C\./,
    ],
    [
      'reading what is stored',
      'publish: { deny: ["$JS.API.STREAM.MSG.GET.RESULTS"] }',
      (bus) => bus.results.get(runId, 'j9'),
      /publish to "\$JS\.API\.STREAM\.MSG\.GET\.RESULTS"/,
    ],
    [
      'settling jobs',
      'publish: { deny: ["$JS.ACK.>"] }',
      async (bus) => {
        const [delivery] = await bus.jobs.pull('execute', runId, { max: 1, waitMs: 5_000 }, never);
        await delivery?.ack();
      },
      /publish to "\$JS\.ACK\./,
    ],
    [
      'hearing of troubles',
      'subscribe: { deny: ["trouble.v1.>"] }',
      (bus) => first(bus.troubles.follow(runId, never)),
      /subscribe to "trouble\.v1\./,
    ],
  ])('names the subject at once when %s is not allowed, and is not ready', async (_what, denied, act, subject) => {
    const admin = await startDenying(denied);
    await admin.jobs.openLane('execute', runId, { maxInFlight: 2 });
    await admin.jobs.publish(executeJob(runId, 'j1'));
    const bus = await connectTo();
    // Told before anything is tried, as a pattern.
    await expect(bus.check(AbortSignal.timeout(30_000))).rejects.toThrow(
      /does not let this user (publish|subscribe) to ".*permissions/,
    );
    expect(bus.forbidden()).toMatch(/does not let this user/);
    const asked = performance.now();
    const error = await act(bus).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(BusError);
    expect((error as BusError).message).toMatch(subject);
    expect((error as BusError).message).toMatch(/permissions/);
    expect((error as BusError).retryable).toBe(false);
    expect(performance.now() - asked).toBeLessThan(45_000);
  });
});

async function first<T>(items: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of items) return item;
  return undefined;
}

import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from 'nats';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Bus } from '../../../services/shared/messaging/bus.ts';
import { type BusSettings, connectBus } from '../../../services/shared/messaging/nats-bus.ts';
import { executeJob, executionResult, modelCall, newRunId, runManifest } from '../../support/bus-messages.ts';
import { type NatsCluster, startNatsCluster } from '../../support/nats-cluster.ts';
import type { NatsNode } from '../../support/nats-node.ts';
import { natsServersToTry } from '../../support/nats-versions.ts';

const never = new AbortController().signal;
const deadlineMs = 80_000;
const replicas = 3;
const heardWithin = { timeout: 60_000 };

/**
 * Three replicas, faults of the cluster and not of one server. One node leads all streams and serves the client, so that a fault
 * of the others leaves its writes in process: neither stored nor refused.
 */
describe.concurrent.each(await natsServersToTry())('a cluster of nats-server $version', ({ path: binary, version }) => {
  describe('one fault after the other', { concurrent: false }, () => {
    let cluster: NatsCluster;
    let leader: NatsNode;
    let others: NatsNode[];
    let bus: Bus;
    let connectedEarly: boolean;
    let admin: NatsConnection;
    const open: { close(): Promise<unknown> }[] = [];

    const connectTo = async (nodes: readonly { readonly url: string }[], settings: Partial<BusSettings> = {}): Promise<Bus> => {
      const logger = pino({ level: 'silent' });
      const servers = nodes.map(({ url }) => url);
      const made = await connectBus({ servers, name: `cluster test ${version}`, logger, deadlineMs, ...settings });
      open.push(made);
      return made;
    };

    const begin = async (): Promise<void> => {
      cluster = await startNatsCluster({ binary, nodes: 2 });
      let isConnected = false;
      const connecting = connectTo(cluster.nodes, { replicas, leaseTtlMs: 6_000 }).then((made) => {
        isConnected = true;
        return made;
      });
      await Promise.race([connecting.catch(() => undefined), sleep(2_500)]);
      connectedEarly = isConnected;
      await cluster.start(2);
      bus = await connecting;
    };

    beforeAll(async () => {
      try {
        await begin();
      } catch (error) {
        // Seen twice on 2.10.27, on a busy machine: the leader never counts a node that came late as one that can
        // hold streams. Three replicas are not safe on 2.10 anyway (docs/decisions/0010), and SCALE warns of them.
        if (!version.startsWith('2.10.') || !String(error).includes('10005')) throw error;
        console.warn(`nats-server ${version} refused the node that came late for ${deadlineMs} ms; once more with a new cluster`);
        await begin();
      }
      await cluster.ready();
      leader = cluster.nodes[0] as NatsNode;
      others = cluster.nodes.slice(1);
      admin = await connect({ servers: leader.url });
      open.push(admin);
    });

    afterAll(async () => {
      await Promise.all(open.map((each) => Promise.race([each.close(), sleep(2_000)])));
      await Promise.all(cluster.nodes.map((node) => node.kill()));
    });

    const leadEverything = async () => {
      const { streams } = await jetstreamManager(admin, { timeout: 2_000, checkAPI: false });
      const leaderOf = (stream: string) =>
        streams.info(stream).then(
          (info) => info.cluster?.leader,
          () => undefined,
        );
      const lead = async (stream: string) => {
        // Who leads next is chance, and an election on a busy machine takes seconds.
        for (let tries = 0; tries < 100; tries += 1) {
          const now = await leaderOf(stream);
          if (now === leader.name) return;
          if (now) await admin.request(`$JS.API.STREAM.LEADER.STEPDOWN.${stream}`, '').catch(() => undefined);
          await sleep(200);
        }
        throw new Error(`${stream} is not led by ${leader.name}`);
      };
      const leadAll = () => Promise.all(['RESULTS', 'EVENTS', 'JOURNAL', 'JOBS', 'KV_runs', 'KV_leases'].map(lead));
      try {
        await leadAll();
      } catch (error) {
        // Seen twice, on 2.10.27 at least: a node that was cut off while it led a stream leads it no more.
        await startAgain(error);
        await leadAll();
      }
    };
    const startAgain = async (why: unknown) => {
      console.warn(`nats-server ${version}: ${String(why)}; once more after it was started again`);
      await leader.kill();
      await leader.restart();
      await cluster.ready();
    };

    test('a service that starts before there are enough nodes waits for them', () => {
      expect(connectedEarly).toBe(false);
    });

    test('what was being written when the leader was cut off is written in the end', async () => {
      await leadEverything();
      const client = await connectTo([leader]);
      const runId = newRunId();
      const first = await client.log.append(runId, new Uint8Array([1]), 0);
      cluster.cutOff(leader);
      const asked = Promise.all([
        client.results.put(executionResult(runId, 'j1')),
        client.log.append(runId, new Uint8Array([2]), first),
        client.journal.record(runId, 'j1', [modelCall('solve/0')]),
        client.jobs.publish(executeJob(runId, 'j2')),
        client.runs.put(runManifest(runId)),
      ]);
      const early = await Promise.race([asked.then(() => 'done', String), sleep(9_000, 'waiting')]);
      cluster.heal();
      expect(early).toBe('waiting');
      const [result, sequence, , job] = await asked;
      expect([result, job]).toEqual(['stored', 'queued']);
      expect((await bus.results.get(runId, 'j1'))?.jobId).toBe('j1');
      expect([...(await bus.journal.read(runId, 'j1')).keys()]).toEqual(['solve/0']);
      expect(await bus.jobs.outstanding(runId)).toEqual(new Set(['j2']));
      expect(await bus.runs.get(runId)).toEqual(runManifest(runId));
      const entries: [number, number | undefined][] = [];
      for await (const entry of bus.log.read(runId, { after: 0, follow: false }, never))
        entries.push([entry.sequence, entry.entry[0]]);
      expect(entries).toEqual([
        [first, 1],
        [sequence, 2],
      ]);
    });

    test('a leader that is cut off delivers and tells nothing of the others until it is healed, and all of it then', async () => {
      await leadEverything();
      const [client, rest] = [await connectTo([leader]), await connectTo(others)];
      const runId = newRunId();
      const heard: string[] = [];
      const following = new AbortController();
      const follow = async (): Promise<void> => {
        for await (const { jobId } of client.results.follow(runId, following.signal)) heard.push(jobId);
      };
      const followed = follow();
      await client.results.put(executionResult(runId, 'before'));
      await vi.waitFor(() => expect(heard).toEqual(['before']), heardWithin);
      cluster.cutOff(leader);
      let isHealed = false;
      // The others have elected a leader when this is stored.
      await rest.results.put(executionResult(runId, 'meanwhile'));
      // Once the leader knows that it is alone, it answers nothing any more.
      const foundEarly = client.results.get(runId, 'meanwhile').then((found) => (isHealed ? undefined : found));
      for (let looks = 0; looks < 50; looks += 1) expect(await rest.results.get(runId, 'meanwhile')).toBeDefined();
      expect(heard).toEqual(['before']);
      isHealed = true;
      cluster.heal();
      expect(await foundEarly).toBeUndefined();
      const hearsAll = () => vi.waitFor(() => expect(heard).toEqual(['before', 'meanwhile']), heardWithin);
      // Seen once, on 2.15.1: a node that was healed tells nothing of the others within a minute.
      await hearsAll().catch(async (error: unknown) => {
        await startAgain(error);
        await hearsAll();
      });
      expect((await client.results.get(runId, 'meanwhile'))?.jobId).toBe('meanwhile');
      following.abort();
      await followed;
    });

    test('while the other nodes stand still, writes wait, nothing counts as stored, and a lease is asked for calmly', async () => {
      await leadEverything();
      const way = await breakableWay(leader);
      const [client, rival, holder] = [await connectTo([leader]), await connectTo([leader]), await connectTo([way])];
      const runId = newRunId();
      const lease = await holder.leases.acquire(runId, 'me');
      let updates = 0;
      admin.subscribe(`$KV.leases.${runId}`, {
        callback: () => {
          updates += 1;
        },
      });
      await admin.flush();
      for (const node of others) node.freeze();
      const asked = Promise.all([
        client.results.put(executionResult(runId, 'j1', 'one')),
        client.log.append(runId, new Uint8Array([1]), 0),
        client.journal.record(runId, 'j1', [modelCall('solve/0')]),
        client.jobs.publish(executeJob(runId, 'j2')),
      ]);
      const renewed = lease?.renew();
      await sleep(500);
      const rivals = Promise.all([
        rival.results.put(executionResult(runId, 'j1', 'another')),
        rival.jobs.publish(executeJob(runId, 'j2')),
      ]);
      await sleep(500);
      // The renewal under way is stored or not, and its answer is lost for sure.
      way.break();
      const early = await Promise.race([
        asked.then(() => 'done', String),
        rivals.then(() => 'done', String),
        sleep(6_000, 'waiting'),
      ]);
      for (const node of others) node.thaw();
      expect(early).toBe('waiting');
      const [[result, , , job], [rivalResult, rivalJob]] = await Promise.all([asked, rivals]);
      expect([result, rivalResult].sort()).toEqual(['already-stored', 'stored']);
      expect([job, rivalJob].sort()).toEqual(['already-queued', 'queued']);
      expect((await bus.results.get(runId, 'j1'))?.worker).toBe(result === 'stored' ? 'one' : 'another');
      expect(await renewed).toBe(false);
      // Two thirds of 6 s at a few a second; it was over 1,000 a second.
      expect(updates).toBeLessThan(40);
      await way.close();
    });

    test('a job that is acked and published again at once is queued', async () => {
      const runId = newRunId();
      await bus.jobs.openLane('execute', runId, { maxInFlight: 4 });
      const answers: string[] = [];
      for (let index = 0; index < 20; index += 1) {
        const job = executeJob(runId, `j${index}`);
        await bus.jobs.publish(job);
        for (const settle of ['ack', 'terminate'] as const) {
          const [delivery] = await bus.jobs.pull('execute', runId, { max: 1, waitMs: 10_000 }, never);
          await delivery?.[settle]();
          answers.push(await bus.jobs.publish(job));
        }
        const [last] = await bus.jobs.pull('execute', runId, { max: 1, waitMs: 10_000 }, never);
        expect(last?.job.jobId).toBe(`j${index}`);
        await last?.ack();
      }
      expect(answers.filter((answer) => answer !== 'queued')).toEqual([]);
      expect(await bus.jobs.outstanding(runId)).toEqual(new Set());
    });
  });
});

/** A way to a node whose connections can be broken. */
async function breakableWay(node: NatsNode) {
  const { port } = new URL(node.url);
  const sockets = new Set<net.Socket>();
  const server = net.createServer((incoming) => {
    const outgoing = net.connect(Number(port), '127.0.0.1');
    for (const socket of [incoming, outgoing]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        incoming.destroy();
        outgoing.destroy();
      });
    }
    incoming.pipe(outgoing);
    outgoing.pipe(incoming);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    url: `nats://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    break: breakAll,
    close: async () => {
      server.close();
      breakAll();
    },
  };
}

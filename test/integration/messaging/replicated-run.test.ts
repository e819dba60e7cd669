import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from 'nats';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createControlHandlers } from '../../../services/coordinator/control/control-handlers.ts';
import { startCoordinator } from '../../../services/coordinator/coordinator.ts';
import { randomInteger, randomStream } from '../../../services/domain/random.ts';
import { benchmarkToProto } from '../../../services/shared/contracts/benchmark-codec.ts';
import { configurationToProto } from '../../../services/shared/contracts/configuration-codec.ts';
import { decodeEvent } from '../../../services/shared/contracts/event-codec.ts';
import { RunStatus } from '../../../services/shared/contracts/generated/scale/v1/control.ts';
import { systemTiming } from '../../../services/shared/lifecycle/timing.ts';
import type { Bus, JobKind } from '../../../services/shared/messaging/bus.ts';
import { connectBus } from '../../../services/shared/messaging/nats-bus.ts';
import { startWorker } from '../../../services/shared/worker/worker.ts';
import { madeUpSearches } from '../../simulation/made-up-searches.ts';
import { createMadeUpWork } from '../../simulation/made-up-work.ts';
import { referenceOf } from '../../simulation/simulated-case.ts';
import { type NatsCluster, startNatsCluster } from '../../support/nats-cluster.ts';
import type { NatsNode } from '../../support/nats-node.ts';
import { natsServersToTry } from '../../support/nats-versions.ts';

/** How often each way is tried; without it, one leader is killed. SCALE_TEST_SEED chooses runs and moments. */
const times = Number(process.env.SCALE_REPLICATED_RUNS ?? 0);
const seed = Number(process.env.SCALE_TEST_SEED ?? 1);
const searches = madeUpSearches.filter(({ configuration: { kind, search } }) => kind === 'search' && search.parallelism === 4);
const never = new AbortController().signal;
const logger = pino({ level: 'silent' });
const ackWaitMs = 6_000;
/** Longer than it takes the two others to elect a leader. */
const awayMs = 7_000;

/** Writes that were acknowledged, as whoever made them was told. */
interface Acknowledged {
  readonly results: Set<string>;
  readonly entries: Map<number, string>;
  readonly calls: Set<string>;
  notes: number;
}

/** Three replicas and a run of the real services over them, whose leader is lost in the middle. */
describe.each(await natsServersToTry())('a run on three nodes of nats-server $version', ({ path: binary, version }) => {
  let cluster: NatsCluster;
  beforeAll(async () => {
    cluster = await startNatsCluster({ binary });
    await cluster.ready();
  });
  afterAll(async () => void (await Promise.all(cluster.nodes.map((node) => node.kill()))));

  const tries = ['cut off', 'killed'].flatMap((how) => Array.from({ length: times }, (_, index) => [how, index + 1] as const));
  const kinds = tries.length > 0 ? tries : ([['killed', 1]] as const);
  test.each(kinds)(
    'whose leader is %s (time %i) loses nothing that was acknowledged, and its log is that of one left in peace',
    {
      timeout: 240_000,
    },
    async (how, time) => {
      const random = randomStream(seed, version, how, time);
      const search = searches[randomInteger(random, searches.length)] as (typeof searches)[number];
      const acknowledged: Acknowledged = { results: new Set(), entries: new Map(), calls: new Set(), notes: 0 };
      const reached = Promise.withResolvers<void>();
      const { log: expected } = await referenceOf(search.name, search.configuration.search.maxRounds);
      const lostAfter = 1 + randomInteger(random, Math.floor(expected.length / 2));
      const services = await startServices(cluster, (bus) => noting(bus, acknowledged, lostAfter, reached.resolve));
      try {
        // Another run each time, so that nothing of an earlier one helps.
        const name = `replicated ${how} ${time} ${Date.now()}`;
        const configuration = { ...search.configuration, name };
        const { runId } = await services.handlers.startRun({
          configuration: configurationToProto(configuration),
          benchmark: benchmarkToProto(search.benchmark),
          ...{ endpoints: [], maxInFlight: 0, simulated: true },
        });
        await reached.promise;
        const leader = await leaderOf(cluster, 'EVENTS');
        await (how === 'cut off' ? withoutWay(cluster, leader) : withoutNode(leader));
        for await (const { runId: of, status } of services.observer.runs.watch(AbortSignal.timeout(180_000)))
          if (of === runId && status === RunStatus.COMPLETED) break;

        const { log, lost } = await lookUp(services.observer, runId, acknowledged);
        expect(lost, `after ${lostAfter} entries`).toEqual([]);
        // The first entry has the configuration, and with it the name; each has the run's id.
        expect(log.slice(1).map(eventIn)).toEqual(expected.slice(1).map(eventIn));
      } finally {
        await services.stop();
      }
    },
  );
});

function eventIn(entry: string): unknown {
  return decodeEvent(Buffer.from(entry, 'hex')).event;
}

async function withoutWay(cluster: NatsCluster, leader: NatsNode): Promise<void> {
  cluster.cutOff(leader);
  await sleep(awayMs);
  cluster.heal();
}

async function withoutNode(leader: NatsNode): Promise<void> {
  await leader.kill();
  await sleep(awayMs);
  await leader.restart();
}

/** A coordinator, two executors and a predictor, each with a connection of its own to whichever node. */
async function startServices({ nodes }: NatsCluster, watched: (bus: Bus) => Bus) {
  const servers = nodes.map(({ url }) => url);
  const open: Bus[] = [];
  const connectTo = async (name: string): Promise<Bus> => {
    const settings = { servers, name, logger, replicas: 3, leaseTtlMs: 6_000, ackWaitMs, deadlineMs: 90_000 };
    const bus = await connectBus(settings);
    open.push(bus);
    return watched(bus);
  };
  const bus = await connectTo('coordinator');
  const settings = { name: 'coordinator', resume: 'requested', maxInFlight: 100, reconcileMs: 2_000 } as const;
  const coordinator = startCoordinator(settings, bus, logger);
  const workerOf = async (name: string, kinds: readonly JobKind[]) => {
    const work = createMadeUpWork(
      name,
      () => sleep(30),
      () => undefined,
    );
    const about = { name, kinds, slots: 4, ackWaitMs, drainMs: 0 };
    return startWorker(about, { bus: await connectTo(name), work, timing: systemTiming, logger });
  };
  const workers = [
    await workerOf('executor-0', ['execute']),
    await workerOf('executor-1', ['execute']),
    await workerOf('predictor-0', ['predict', 'propose']),
  ];
  return {
    handlers: createControlHandlers(bus, coordinator, systemTiming),
    observer: await connectTo('observer'),
    async stop() {
      await coordinator.stop();
      await Promise.all(workers.map((worker) => worker.drain()));
      await Promise.all(open.map((each) => each.close()));
    },
  };
}

/** @param reached is called once the log has so many entries */
function noting(bus: Bus, acknowledged: Acknowledged, entries: number, reached: () => void): Bus {
  return {
    ...bus,
    results: {
      ...bus.results,
      async put(result) {
        const outcome = await bus.results.put(result);
        acknowledged.results.add(result.jobId);
        return outcome;
      },
    },
    log: {
      ...bus.log,
      async append(runId, entry, last) {
        const sequence = await bus.log.append(runId, entry, last);
        acknowledged.entries.set(sequence, Buffer.from(entry).toString('hex'));
        if (acknowledged.entries.size === entries) reached();
        return sequence;
      },
    },
    journal: {
      ...bus.journal,
      async record(runId, jobId, calls) {
        await bus.journal.record(runId, jobId, calls);
        for (const { callId } of calls) acknowledged.calls.add(`${jobId} ${callId}`);
      },
    },
    spending: {
      ...bus.spending,
      async note(note) {
        await bus.spending.note(note);
        acknowledged.notes += 1;
      },
    },
  };
}

async function lookUp(bus: Bus, runId: string, acknowledged: Acknowledged): Promise<{ log: string[]; lost: string[] }> {
  const found = new Map<number, string>();
  for await (const { sequence, entry } of bus.log.read(runId, { after: 0, follow: false }, never)) {
    found.set(sequence, Buffer.from(entry).toString('hex'));
  }
  let notes = 0;
  for await (const _ of bus.spending.read(runId, { after: 0, follow: false }, never)) notes += 1;
  const jobIds = await bus.results.jobIds(runId);
  const journaled = new Set<string>();
  for (const jobId of new Set([...acknowledged.calls].map((call) => call.split(' ')[0] as string))) {
    for (const callId of (await bus.journal.read(runId, jobId)).keys()) journaled.add(`${jobId} ${callId}`);
  }
  const lost = [
    ...[...acknowledged.entries].filter(([sequence, entry]) => found.get(sequence) !== entry).map(([at]) => `entry ${at}`),
    ...[...acknowledged.results].filter((jobId) => !jobIds.has(jobId)).map((jobId) => `the result of ${jobId}`),
    ...[...acknowledged.calls].filter((call) => !journaled.has(call)).map((call) => `the call ${call}`),
    ...(notes < acknowledged.notes ? [`${acknowledged.notes - notes} notes of spending`] : []),
  ];
  return { log: [...found.values()], lost };
}

async function leaderOf({ nodes }: NatsCluster, stream: string): Promise<NatsNode> {
  const connection = await connect({ servers: nodes.map(({ url }) => url) });
  try {
    const { streams } = await jetstreamManager(connection, { timeout: 5_000, checkAPI: false });
    const { cluster } = await streams.info(stream);
    const leader = nodes.find(({ name }) => name === cluster?.leader);
    if (leader === undefined) throw new Error(`${stream} has no leader`);
    return leader;
  } finally {
    await connection.close();
  }
}

import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { Objm } from '@nats-io/obj';
import { millis, type NatsConnection } from 'nats';
import { orAborted } from '../lifecycle/abort.ts';
import { systemTiming } from '../lifecycle/timing.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Bus } from './bus.ts';
import { connectNats, explainLostLink, refusesByReplica } from './connect.ts';
import { declareStreams } from './declare-streams.ts';
import { BusError } from './errors.ts';
import { type AccessFiles, type NatsAccess, openAccess } from './nats-access.ts';
import { createNatsBlobStore } from './nats-blob-store.ts';
import { createNatsTroubleBoard, createNatsWorkerBoard } from './nats-boards.ts';
import { createNatsCallJournal } from './nats-call-journal.ts';
import { watchDeliveryCounts } from './nats-delivery-counts.ts';
import { toBusError } from './nats-errors.ts';
import { createNatsEventLog } from './nats-event-log.ts';
import { createNatsJobQueue } from './nats-job-queue.ts';
import { createNatsLeaseStore } from './nats-lease-store.ts';
import { watchLink } from './nats-link.ts';
import { type LostLink, watchLostLink } from './nats-lost-link.ts';
import { createNatsMemoryStore } from './nats-memory-store.ts';
import { watchRefusals } from './nats-refusals.ts';
import { createNatsResponseStore } from './nats-response-store.ts';
import { createNatsResultStore } from './nats-result-store.ts';
import { createNatsRunRegistry } from './nats-run-registry.ts';
import { type NatsSession, requestTimeoutMs, within } from './nats-session.ts';
import { createNatsSlotTables } from './nats-slot-tables.ts';
import { createNatsSpendingStore } from './nats-spending-store.ts';
import { fillOf } from './nats-stream-fill.ts';
import { watchStreams } from './nats-stream-watch.ts';
import { buckets, type StreamLimits, streams } from './subjects-and-streams.ts';
import { createWaits, type Waits } from './waits.ts';

export interface BusSettings extends StreamLimits {
  /** E.g. ["nats://127.0.0.1:4222"]. */
  readonly servers: readonly string[];
  /** Credentials and certificates. */
  readonly files?: AccessFiles;
  /** The service and worker, shown in the server's list of connections. */
  readonly name: string;
  readonly logger: Logger;
  /** A delivered job without a heartbeat for this long is delivered again. Default 30 s. */
  readonly ackWaitMs?: number;
  /** A blob that is put again after this long counts as used from then on; far below what collect is given. Default 20 min. */
  readonly blobTouchMs?: number;
  /** How long to keep trying the first connection, and later each operation, while the server is down. Default 30 s. */
  readonly deadlineMs?: number;
}

/**
 * Connects, creates or updates the streams, and returns the bus. Once connected it reconnects for ever.
 * @throws AccessFileError for credentials or certificates that cannot be used
 * @throws AccessRefusedError where the server does not accept them
 * @throws UnsupportedServerError for a server below 2.10.23 or without JetStream
 * @throws BusError if no server answers, or the streams cannot be created
 */
export async function connectBus(settings: BusSettings, waits: Waits = createWaits(settings.logger, systemTiming)): Promise<Bus> {
  const { servers, files = {}, name, logger, deadlineMs = 30_000 } = settings;
  const access = openAccess(servers, files, logger);
  const connection = await connectNats({ access, name, logger, deadlineMs, waits });
  try {
    return await openBus(await openSession(connection, settings, access, { deadlineMs, waits }), settings);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

interface OpenSession extends NatsSession {
  readonly lost: LostLink;
}

async function openSession(
  connection: NatsConnection,
  settings: BusSettings,
  access: NatsAccess,
  trying: Pick<NatsSession, 'deadlineMs' | 'waits'>,
): Promise<OpenSession> {
  const { logger } = settings;
  const { waits } = trying;
  const options = { timeout: requestTimeoutMs };
  const manager = await jetstreamManager(connection, { ...options, checkAPI: false });
  const link = watchLink(connection);
  const base = {
    connection,
    link,
    lost: watchLostLink({ link, waits, logger, explain: () => explainLostLink(access) }),
    refusals: watchRefusals(connection, logger),
    jetstream: jetstream(connection, options),
    manager,
    logger,
    ...trying,
  };
  const { version = '' } = connection.info ?? {};
  if ((settings.replicas ?? 1) > 1 && refusesByReplica(version)) {
    const advice =
      'its replicas may come to disagree on the queue, which costs a few seconds each time; from 2.12 on they do not';
    logger.warn({ version }, `nats-server ${version} with ${settings.replicas} replicas: ${advice}`);
  }
  const declare = () => declareStreams(base, settings);
  await declare();
  const streamWatch = await watchStreams({
    streams: Object.values(streams),
    createdAt: async (stream) => (await manager.streams.info(stream)).created,
    declare,
    onUp: base.link.onUp,
    logger,
  });
  return { ...base, streams: streamWatch };
}

async function openBus(session: OpenSession, settings: BusSettings): Promise<Bus> {
  const { ackWaitMs = 30_000, blobTouchMs } = settings;
  const { connection, manager } = session;
  const kvm = new Kvm(session.jetstream);
  // Read from the leader: a replica may not yet have what was just written.
  const [runs, leases, slots, objects, leaseStream, counts] = await Promise.all([
    kvm.open(buckets.runs, { allow_direct: false }),
    kvm.open(buckets.leases, { allow_direct: false }),
    kvm.open(buckets.slots, { allow_direct: false }),
    new Objm(session.jetstream).open(buckets.blobs),
    manager.streams.info(streams.leases),
    watchDeliveryCounts(session),
  ]);
  const blobs = createNatsBlobStore(session, objects, blobTouchMs);
  let closing: Promise<void> | undefined;
  return {
    jobs: createNatsJobQueue(session, ackWaitMs, counts),
    results: createNatsResultStore(session, blobs),
    log: createNatsEventLog(session, blobs),
    journal: createNatsCallJournal(session, blobs),
    spending: createNatsSpendingStore(session),
    blobs,
    runs: createNatsRunRegistry(session, runs),
    leases: createNatsLeaseStore(session, leases, millis(leaseStream.config.max_age)),
    slots: createNatsSlotTables(session, slots),
    troubles: createNatsTroubleBoard(session),
    workers: createNatsWorkerBoard(session),
    memory: createNatsMemoryStore(session, blobs),
    responses: createNatsResponseStore(session),
    check: (signal) => check(session, signal),
    trouble: () => session.waits.longest(),
    link: () => ({
      isUp: session.link.isUp() && !connection.isClosed(),
      reconnects: session.link.reconnects,
      serverVersion: connection.info?.version ?? '',
    }),
    fill: () => fillOf(session, settings),
    onRemade: (listener) => session.streams.onRemade(listener),
    close() {
      closing ??= closeConnection(session);
      return closing;
    },
  };

  async function closeConnection({ logger }: OpenSession): Promise<void> {
    session.streams.stop();
    session.lost.stop();
    session.waits.stop();
    try {
      // While the server is unreachable, a drain would wait for it.
      await within('close', requestTimeoutMs, connection.drain());
    } catch (error) {
      logger.warn({ err: toBusError('close', error) }, 'the connection to NATS could not be drained');
      await connection.close();
    }
  }
}

/** Longer than a failover or a restart of the server takes. */
const troubleAfterMs = 10_000;

async function check(session: OpenSession, signal: AbortSignal): Promise<void> {
  const lost = session.lost.error();
  if (lost !== undefined) throw new BusError('check', lost.problem, { cause: lost });
  const present = new Set<string>();
  const list = async () => {
    for await (const name of session.manager.streams.names()) present.add(name);
  };
  try {
    await orAborted(list(), signal);
  } catch (error) {
    throw toBusError('check', error);
  }
  const missing = Object.values(streams).filter((name) => !present.has(name));
  if (missing.length > 0) {
    session.streams.hint();
    throw new BusError('check', `streams are missing on the server: ${missing.join(', ')}`);
  }
  const refused = session.refusals.current();
  if (refused.length > 0) throw new BusError('check', refused.join('; '), { retryable: false });
  const trouble = session.waits.longest();
  if (trouble && trouble.forMs > troubleAfterMs) {
    throw new BusError('check', `tried without success for ${Math.round(trouble.forMs / 1000)} s: ${trouble.message}`);
  }
}

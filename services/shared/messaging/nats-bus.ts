import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { Objm } from '@nats-io/obj';
import { millis } from 'nats';
import { orAborted } from '../lifecycle/abort.ts';
import { systemTiming } from '../lifecycle/timing.ts';
import type { Logger } from '../telemetry/logger.ts';
import { connectNats, explainLostLink, refusesByReplica } from './access/connect.ts';
import { type AccessFiles, openNatsAccess } from './access/nats-access.ts';
import { type Grants, watchGrants } from './access/nats-grants.ts';
import type { Bus, LeaseStore } from './bus.ts';
import { AccessRefusedError, BusError, PermissionsMissingError } from './errors.ts';
import { createNatsDeadLetters } from './jobs/nats-dead-letters.ts';
import { watchDeliveryCounts } from './jobs/nats-delivery-counts.ts';
import { createNatsJobQueue } from './jobs/nats-job-queue.ts';
import { declaresStreams, inboxPrefixOf, type NatsRole, streamsOf } from './nats-permissions.ts';
import { createNatsTalks } from './nats-talks.ts';
import { toBusError } from './session/nats-errors.ts';
import { watchLink } from './session/nats-link.ts';
import { type LostLink, watchLostLink } from './session/nats-lost-link.ts';
import { watchRefusals } from './session/nats-refusals.ts';
import { openRequests } from './session/nats-requests.ts';
import { type NatsSession, requestTimeoutMs, untilDone, within } from './session/nats-session.ts';
import { watchStreams } from './session/nats-stream-watch.ts';
import { createNatsAuditStore } from './stores/nats-audit-store.ts';
import { createNatsBlobStore } from './stores/nats-blob-store.ts';
import { createNatsTroubleBoard, createNatsWorkerBoard } from './stores/nats-boards.ts';
import { createNatsCallJournal } from './stores/nats-call-journal.ts';
import { createNatsEventLog, createNatsSweepLogs } from './stores/nats-event-log.ts';
import { createNatsLeaseStore } from './stores/nats-lease-store.ts';
import { createNatsMemoryStore } from './stores/nats-memory-store.ts';
import { createNatsResponseStore } from './stores/nats-response-store.ts';
import { createNatsResultStore } from './stores/nats-result-store.ts';
import { createNatsRunRegistry } from './stores/nats-run-registry.ts';
import { createNatsSpendingStore } from './stores/nats-spending-store.ts';
import { createNatsTables } from './stores/nats-tables.ts';
import type { StreamLimits } from './stream-declarations.ts';
import { awaitStreams, declareStreams } from './streams/declare-streams.ts';
import { removeRunFromNats } from './streams/nats-run-removal.ts';
import { fillOf } from './streams/nats-stream-fill.ts';
import { buckets, streams } from './subjects-and-streams.ts';
import { budgetTables, slotTables } from './table-kinds.ts';
import { createWaits, type Waits } from './waits.ts';

export interface BusSettings extends StreamLimits {
  /** E.g. ["nats://127.0.0.1:4222"]. */
  readonly servers: readonly string[];
  /** Which service this is; without one, it may do what all of them do. */
  readonly role?: NatsRole;
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
 * Connects, creates or updates the streams, or waits for them where this service may not, and returns the bus. Once connected it
 * reconnects for ever.
 * @throws NatsFileError for credentials or certificates that cannot be used
 * @throws AccessRefusedError where the server does not accept them
 * @throws UnsupportedServerError for a server below 2.10.23 or without JetStream
 * @throws BusError if no server answers, or the streams cannot be created
 */
export async function connectBus(settings: BusSettings, waits: Waits = createWaits(settings.logger, systemTiming)): Promise<Bus> {
  const { servers, files = {}, name, logger, deadlineMs = 30_000 } = settings;
  const access = openNatsAccess(servers, files, logger);
  const connection = await connectNats({ access, name, inboxPrefix: inboxPrefixOf(settings.role), logger, deadlineMs, waits });
  const link = watchLink(connection);
  let grants: Grants | undefined;
  let session: OpenSession | undefined;
  try {
    const user = access.credentials.described;
    grants = await watchGrants({ connection, role: settings.role, user, logger, onUp: link.onUp });
    const base = { ...{ connection, link, grants, deadlineMs, waits }, explainLoss: () => explainLostLink(access) };
    session = await openSession(base, settings);
    return await openBus(session, settings);
  } catch (error) {
    session?.streams.stop();
    session?.lost.stop();
    grants?.stop();
    await connection.close();
    const missing = grants?.missing();
    throw missing === undefined ? error : new PermissionsMissingError('connect', missing, { cause: error });
  }
}

interface OpenSession extends NatsSession {
  readonly lost: LostLink;
  readonly grants: Grants;
}

interface SessionBase extends Pick<OpenSession, 'connection' | 'link' | 'grants' | 'deadlineMs' | 'waits'> {
  readonly explainLoss: () => Promise<string | undefined>;
}

async function openSession({ explainLoss, ...opened }: SessionBase, settings: BusSettings): Promise<OpenSession> {
  const { connection, link, waits } = opened;
  const { logger, role } = settings;
  // The check asks for the account's figures, which a service need not be allowed to see.
  const options = { timeout: requestTimeoutMs, checkAPI: false };
  const manager = await jetstreamManager(connection, options);
  const refusals = watchRefusals(connection, logger);
  const base = {
    ...opened,
    role,
    lost: watchLostLink({ link, waits, logger, explain: explainLoss }),
    refusals,
    requests: openRequests(connection, inboxPrefixOf(role), { link, refusals }),
    jetstream: jetstream(connection, options),
    manager,
    logger,
  };
  const { version = '' } = connection.info ?? {};
  if ((settings.replicas ?? 1) > 1 && refusesByReplica(version)) {
    const advice =
      'its replicas may come to disagree on the queue, which costs a few seconds each time; from 2.12 on they do not';
    logger.warn({ version }, `nats-server ${version} with ${settings.replicas} replicas: ${advice}`);
  }
  const names = streamsOf(role);
  const declare = () => (declaresStreams(role) ? declareStreams(base, settings) : awaitStreams(base, names));
  await declare();
  const streamWatch = await watchStreams({
    streams: names,
    createdAt: async (stream) => (await manager.streams.info(stream)).created,
    declare,
    onUp: base.link.onUp,
    logger,
  });
  return { ...base, streams: streamWatch };
}

async function openBus(session: OpenSession, settings: BusSettings): Promise<Bus> {
  const { ackWaitMs = 30_000, blobTouchMs } = settings;
  const { connection } = session;
  const kvm = new Kvm(session.jetstream);
  // Read from the leader: a replica may not yet have what was just written.
  const open = (bucket: string) => kvm.open(bucket, { allow_direct: false });
  const [runs, leases, slots, budgets, objects, counts] = await Promise.all([
    open(buckets.runs),
    openLeases(session, open),
    open(buckets.slots),
    open(buckets.budgets),
    new Objm(session.jetstream).open(buckets.blobs),
    watchDeliveryCounts(session),
  ]);
  const blobs = createNatsBlobStore(session, objects, blobTouchMs);
  const talks = createNatsTalks({ ...session, timing: systemTiming });
  let closing: Promise<void> | undefined;
  return {
    jobs: createNatsJobQueue(session, ackWaitMs, counts),
    results: createNatsResultStore(session, blobs),
    log: createNatsEventLog(session, blobs),
    sweeps: createNatsSweepLogs(session, blobs),
    journal: createNatsCallJournal(session, blobs),
    spending: createNatsSpendingStore(session),
    blobs,
    runs: createNatsRunRegistry(session, runs),
    leases,
    slots: createNatsTables(session, slots, slotTables),
    budgets: createNatsTables(session, budgets, budgetTables),
    troubles: createNatsTroubleBoard(session),
    workers: createNatsWorkerBoard(session),
    talks,
    deadLetters: createNatsDeadLetters(session),
    audit: createNatsAuditStore(session),
    memory: createNatsMemoryStore(session, blobs),
    responses: createNatsResponseStore(session),
    removeRun: (runId) => removeRunFromNats(session, runId),
    check: (signal) => check(session, signal),
    trouble: () => session.waits.longest(),
    link: () => ({
      isUp: session.link.isUp() && !connection.isClosed(),
      reconnects: session.link.reconnects,
      serverVersion: connection.info?.version ?? '',
    }),
    now: () => nowOf(session),
    fill: () => fillOf(session, settings),
    forbidden: () => session.grants.missing(),
    onRemade: (listener) => session.streams.onRemade(listener),
    close() {
      closing ??= closeConnection(session);
      return closing;
    },
  };

  async function closeConnection({ logger }: OpenSession): Promise<void> {
    talks.stop();
    session.streams.stop();
    session.lost.stop();
    session.grants.stop();
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

async function openLeases(session: NatsSession, open: (bucket: string) => Promise<KV>): Promise<LeaseStore> {
  const [bucket, { config }] = await Promise.all([open(buckets.leases), session.manager.streams.info(streams.leases)]);
  return createNatsLeaseStore(session, bucket, millis(config.max_age));
}

/** As each answer about a stream says it; servers do since 2.10. */
async function nowOf(session: OpenSession): Promise<number> {
  const operation = "ask for the server's time";
  return await untilDone(session, operation, async () => {
    const { ts = '' } = await session.manager.streams.info(streams.budgets);
    const nowMs = Date.parse(ts);
    if (Number.isNaN(nowMs)) throw new BusError(operation, `it says "${ts}"`, { retryable: false });
    return nowMs;
  });
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
    await orAborted(session.grants.look(), signal);
    const forbidden = session.grants.missing();
    if (forbidden !== undefined) throw new AccessRefusedError('check', forbidden);
    await orAborted(list(), signal);
  } catch (error) {
    throw toBusError('check', error);
  }
  const missing = streamsOf(session.role).filter((name) => !present.has(name));
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

import { setTimeout as sleep } from 'node:timers/promises';
import { connect, errors, type NatsConnection, type Status } from 'nats';
import type { Logger } from '../../telemetry/logger.ts';
import { isAtLeast, oldestNatsServer } from '../../toolchain/versions.ts';
import { AccessRefusedError, UnsupportedServerError } from '../errors.ts';
import { toBusError } from '../session/nats-errors.ts';
import type { Waits } from '../waits.ts';
import type { NatsAccess } from './nats-access.ts';
import { type Admission, askAdmission } from './nats-admission.ts';

export interface ConnectionSettings {
  readonly access: NatsAccess;
  /** The service and worker, shown in the server's list of connections. */
  readonly name: string;
  /** Where answers come to. */
  readonly inboxPrefix: string;
  readonly logger: Logger;
  /** How long to keep trying to connect at first. */
  readonly deadlineMs: number;
  /** Where it reports what keeps failing. */
  readonly waits: Waits;
}

const pauseMs = 250;

/**
 * Connects for good: once connected, it reconnects for ever.
 * @throws AccessRefusedError where no server lets it in, UnsupportedServerError, BusError
 */
export async function connectNats(settings: ConnectionSettings): Promise<NatsConnection> {
  const operation = `connect to ${settings.access.servers.join(', ')}`;
  const deadline = performance.now() + settings.deadlineMs;
  using wait = settings.waits.open(operation);
  for (;;) {
    try {
      const encrypted = await refuseUnlessAdmitted(operation, settings.access);
      const connection = await connectOnce(settings, encrypted);
      await refuseUnsupported(operation, connection);
      watch(connection, settings.logger);
      return connection;
    } catch (cause) {
      const error = toBusError(operation, cause);
      if (!error.retryable || performance.now() + pauseMs > deadline) throw error;
      if (wait.trouble() === undefined) settings.logger.warn({ err: error }, `waiting for NATS: ${error.message}`);
      wait.failed(error);
      await sleep(pauseMs);
    }
  }
}

/**
 * One server that lets us in is enough; and where none can be reached, waiting may help.
 * @returns whether the connection is encrypted
 */
async function refuseUnlessAdmitted(operation: string, access: NatsAccess): Promise<boolean> {
  const answers = await askAll(access);
  const admitted = answers.filter(([, answer]) => answer?.admitted === true);
  const refusals = describeRefusals(answers);
  if (admitted.length === 0 && refusals !== undefined) throw new AccessRefusedError(operation, refusals);
  return access.whyTls !== undefined || admitted.some(([, answer]) => answer?.admitted === true && answer.encrypted);
}

type Answers = readonly (readonly [server: string, answer: Admission])[];

async function askAll(access: NatsAccess): Promise<Answers> {
  return await Promise.all(access.servers.map(async (server) => [server, await askAdmission(server, access)] as const));
}

function describeRefusals(answers: Answers): string | undefined {
  const refusals = answers.flatMap(([server, answer]) => (answer?.admitted === false ? [[server, answer.because] as const] : []));
  const reasons = new Set(refusals.map(([, because]) => because));
  if (reasons.size < 2) return [...reasons][0];
  return refusals.map(([server, because]) => `${server}: ${because}`).join('; ');
}

/** Why a service that was connected is not let in any more; undefined while that is not known. */
export async function explainLostLink(access: NatsAccess): Promise<string | undefined> {
  const answers = await askAll(access);
  return answers.some(([, answer]) => answer?.admitted === true) ? undefined : describeRefusals(answers);
}

function connectOnce({ access, name, inboxPrefix }: ConnectionSettings, encrypted: boolean): Promise<NatsConnection> {
  return connect({
    servers: [...access.servers],
    ...{ name, inboxPrefix },
    ...access.options(encrypted),
    // Also the limit of a reconnect into a black hole; the default is 20 s.
    timeout: 3_000,
    // By default the client gives up after ten tries, and for good after two authorization errors.
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    // With them the client creates an error with a stack for each request in case it fails: an eighth of an executor's time.
    noAsyncTraces: true,
    // A dead link is noticed after at most 15 s; the default takes minutes.
    pingInterval: 5_000,
    maxPingOut: 2,
  });
}

/** The largest messages are parts of cached replies, of 512 KiB; this leaves room for headers. */
const leastPayload = 640 * 1024;

async function refuseUnsupported(operation: string, connection: NatsConnection): Promise<void> {
  const { version = 'unknown', jetstream = false, max_payload: payload = leastPayload } = connection.info ?? {};
  const problem = !isAtLeast(version, oldestNatsServer)
    ? `nats-server ${version} is too old: below ${oldestNatsServer} a killed server can lose its streams. Install a newer one`
    : !jetstream
      ? 'nats-server runs without JetStream. Start it with -js, or with a jetstream block in its configuration'
      : payload < leastPayload &&
        `nats-server takes messages of at most ${payload} bytes, and there are some of up to ${leastPayload}. Raise max_payload in its configuration, or in the limits of the account`;
  if (!problem) return;
  await connection.close();
  throw new UnsupportedServerError(operation, problem);
}

/**
 * Before 2.12, each replica decides for itself whether a subject of a work queue is taken, by the acknowledgements that it has
 * seen: replicas that disagree number their messages differently from then on.
 */
export function refusesByReplica(version: string): boolean {
  return !isAtLeast(version, '2.12.0');
}

function watch(connection: NatsConnection, logger: Logger): void {
  const report = async () => {
    let isLost = false;
    for await (const status of connection.status()) {
      // Each try that is refused is another loss for the client.
      const isRepeated = status.type === 'disconnect' && isLost;
      if (!isRepeated) reportStatus(status, logger);
      if (status.type === 'disconnect') isLost = true;
      else if (status.type === 'reconnect') isLost = false;
    }
    const error = await connection.closed();
    if (error) logger.error({ err: error }, 'the connection to NATS closed for good');
  };
  report().catch((error: unknown) => logger.error({ err: error }, "the connection's status can no longer be watched"));
}

function reportStatus(status: Status, logger: Logger): void {
  if (status.type === 'disconnect') logger.warn({ server: status.server }, 'disconnected from NATS; reconnecting');
  else if (status.type === 'reconnect') logger.info({ server: status.server }, 'connected to NATS again');
  else if (status.type === 'staleConnection') logger.warn('NATS does not answer pings; reconnecting');
  else if (status.type === 'error' && !isToldElsewhere(status.error))
    logger.error({ err: status.error }, 'NATS reports an error');
  else if (status.type === 'slowConsumer')
    logger.warn({ pending: status.pending }, 'messages from NATS are piling up in this process');
  else if (status.type === 'ldm')
    logger.info({ server: status.server }, 'the NATS server is about to stop; moving to another one');
}

/** With a sentence, and not once for each of the tries that follow. */
function isToldElsewhere(error: Error): boolean {
  return error instanceof errors.PermissionViolationError || error instanceof errors.AuthorizationError;
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { createBackoff } from '../../lifecycle/backoff.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { BusError } from '../errors.ts';
import type { NatsRole } from '../nats-permissions.ts';
import type { Waits } from '../waits.ts';
import { isNoResponders, isStreamMissing, toBusError } from './nats-errors.ts';
import type { Link } from './nats-link.ts';
import type { Refusals } from './nats-refusals.ts';
import type { Requests } from './nats-requests.ts';
import type { StreamWatch } from './nats-stream-watch.ts';

/** What the adapters of the ports share. */
export interface NatsSession {
  readonly connection: NatsConnection;
  readonly requests: Requests;
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly link: Link;
  readonly waits: Waits;
  readonly streams: StreamWatch;
  readonly refusals: Refusals;
  readonly logger: Logger;
  /** Of this service; undefined for one that may do all. */
  readonly role: NatsRole | undefined;
  /** How long an operation is retried while the server is down. */
  readonly deadlineMs: number;
}

/** Connected to a server that is in no cluster: what it has confirmed holds at once, for everyone. */
export function isAlone({ connection }: Pick<NatsSession, 'connection'>): boolean {
  return connection.info !== undefined && connection.info.cluster === undefined;
}

/** What retrying needs; before the streams are declared, they are not watched yet. */
export type Trying = Omit<NatsSession, 'streams'> & { readonly streams?: Pick<StreamWatch, 'hint'> };

/** One request's time limit: above the slowest synced write ever seen, far below a deadline. */
export const requestTimeoutMs = 5_000;
const firstPauseMs = 50;
const longestPauseMs = 1_000;

/**
 * Tries until it works, a refusal, or the deadline. The try must be harmless to repeat: a timeout leaves open whether the
 * server did it.
 * @throws BusError
 */
export async function untilDone<T>(
  session: Trying,
  operation: string,
  action: () => Promise<T>,
  deadlineMs = session.deadlineMs,
): Promise<T> {
  return await tryUntil(performance.now() + deadlineMs, session, { operation, action, deadlineMs });
}

/**
 * The same for an action that only waits for answers to `requests`: these end in time, and with the link. So the first try, which
 * nearly always is the last, is made without a timer and a watch of its own.
 */
export async function untilAnswered<T>(
  session: Trying,
  operation: string,
  action: () => Promise<T>,
  deadlineMs = session.deadlineMs,
): Promise<T> {
  const trying = { operation, action, deadlineMs };
  const deadline = performance.now() + deadlineMs;
  if (!session.link.isUp() || deadlineMs < requestTimeoutMs) return await tryUntil(deadline, session, trying);
  try {
    return await action();
  } catch (cause) {
    return await tryUntil(deadline, session, trying, { cause });
  }
}

interface Tried {
  readonly operation: string;
  readonly action: () => Promise<unknown>;
  readonly deadlineMs: number;
}

/** @param failure of a try that has been made already */
async function tryUntil<T>(
  deadline: number,
  session: Trying,
  { operation, action, deadlineMs }: Tried & { readonly action: () => Promise<T> },
  failure?: { readonly cause: unknown },
): Promise<T> {
  using wait = session.waits.open(operation);
  const backoff = createBackoff({
    ...{ firstMs: firstPauseMs, capMs: longestPauseMs },
    jitter: { kind: 'around', random: Math.random },
  });
  const late = () => new BusError(operation, `not done after ${Math.round(deadlineMs)} ms${because(session, wait.trouble())}`);
  for (let failed = failure; ; failed = undefined) {
    if (failed === undefined) {
      const leftMs = Math.max(1, deadline - performance.now());
      try {
        return await orLate(leftMs, late, session.link.whileUp(operation, action));
      } catch (cause) {
        failed = { cause };
      }
    }
    const { cause } = failed;
    const error = toBusError(operation, cause);
    const waitMs = backoff.next();
    if (!error.retryable || session.connection.isClosed() || performance.now() + waitMs > deadline) throw error;
    session.logger.debug({ err: error }, 'bus operation failed; trying again');
    wait.failed(error);
    if (isStreamMissing(cause) || isNoResponders(cause)) session.streams?.hint();
    await sleep(waitMs);
  }
}

function because({ link }: Trying, trouble: BusError | undefined): string {
  if (!link.isUp()) return '; the connection to the server is lost; reconnecting';
  return trouble === undefined ? '' : `; the last try: ${trouble.problem}`;
}

/** @throws BusError after the time */
export async function within<T>(operation: string, limitMs: number, promise: Promise<T>): Promise<T> {
  return await orLate(limitMs, () => new BusError(operation, `not done after ${Math.round(limitMs)} ms`), promise);
}

async function orLate<T>(limitMs: number, late: () => BusError, promise: Promise<T>): Promise<T> {
  const timer = Promise.withResolvers<never>();
  const handle = setTimeout(() => timer.reject(late()), limitMs);
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, timer.promise]);
  } finally {
    clearTimeout(handle);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import type { Logger } from '../telemetry/logger.ts';
import { BusError } from './errors.ts';
import { toBusError } from './nats-errors.ts';
import type { Link } from './nats-link.ts';

/** What the adapters of the ports share. */
export interface NatsSession {
  readonly connection: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly link: Link;
  readonly logger: Logger;
  /** How long an operation is tried again while the server is away. */
  readonly deadlineMs: number;
}

/** One request's time limit: above the slowest synced write that was seen, far below a deadline. */
export const requestTimeoutMs = 5_000;
const firstPauseMs = 50;
const longestPauseMs = 1_000;

/**
 * Tries until it works, a refusal, or the deadline. The attempt must be harmless to repeat: a timeout leaves open whether the
 * server did it.
 * @throws BusError
 */
export async function untilDone<T>(
  session: NatsSession,
  operation: string,
  attempt: () => Promise<T>,
  deadlineMs = session.deadlineMs,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    try {
      return await within(operation, Math.max(1, deadline - performance.now()), session.link.whileUp(operation, attempt));
    } catch (cause) {
      const error = toBusError(operation, cause);
      const waitMs = pauseMs * (0.5 + Math.random());
      if (!error.retryable || session.connection.isClosed() || performance.now() + waitMs > deadline) throw error;
      session.logger.debug({ err: error }, 'bus operation failed; trying again');
      await sleep(waitMs);
    }
  }
}

/**
 * The promise's outcome, or a rejection as soon as the signal aborts. What the promise does later is ignored.
 * @throws the signal's reason
 */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** @throws BusError after the time */
export async function within<T>(operation: string, limitMs: number, promise: Promise<T>): Promise<T> {
  const timer = Promise.withResolvers<never>();
  const handle = setTimeout(() => timer.reject(new BusError(operation, `not done after ${limitMs} ms`)), limitMs);
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, timer.promise]);
  } finally {
    clearTimeout(handle);
  }
}

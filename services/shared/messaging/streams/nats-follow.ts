import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import { onAbort, orAborted, pause } from '../../lifecycle/abort.ts';
import { createBackoff } from '../../lifecycle/backoff.ts';
import { systemTiming } from '../../lifecycle/timing.ts';
import { BusError, LogLostError } from '../errors.ts';
import { explainViolation, isConsumerMissing, isStreamMissing, toBusError } from '../session/nats-errors.ts';
import { type NatsSession, within } from '../session/nats-session.ts';

export interface FollowSettings {
  readonly stream: string;
  readonly filter: string;
  /** Messages with a higher sequence are delivered, in order, each once. */
  readonly after: number;
  /**
   * What to do when the stream is recreated, so that the position in it means nothing any more: `start-over` gives the new
   * stream's messages from its first on, `fail` throws a LogLostError.
   */
  readonly whenRemade: 'start-over' | 'fail';
}

const pullExpiresMs = 10_000;
const firstPauseMs = 250;
const longestPauseMs = 2_000;
/** One request that opens a consumer. */
const openWithinMs = 10_000;

/**
 * A stream's messages from a sequence on, and then new ones, until the signal aborts. The position is kept here and not in the
 * server, so a consumer that was lost in a restart is recreated where it stopped; and it is kept with the stream's identity,
 * since a position in a stream that is gone would make us deaf to everything in the next one.
 */
export async function* followStream(session: NatsSession, settings: FollowSettings, signal: AbortSignal): AsyncGenerator<JsMsg> {
  const { stream, whenRemade } = settings;
  const operation = `follow ${settings.filter}`;
  using wait = session.waits.open(operation);
  let last = settings.after;
  let identity: string | undefined;
  const backoff = createBackoff({ firstMs: firstPauseMs, capMs: longestPauseMs });
  while (!signal.aborted) {
    try {
      const present = await openable(session, operation, () => session.streams.identityOf(stream), signal);
      if (identity !== undefined && identity !== present) {
        if (whenRemade === 'fail') throw new LogLostError(operation);
        last = 0;
      }
      identity = present;
      for await (const message of consume(session, { ...settings, after: last }, signal, () => wait.recovered())) {
        backoff.reset();
        if (message.seq <= last) continue;
        last = message.seq;
        yield message;
        if (signal.aborted) return;
      }
    } catch (cause) {
      if (signal.aborted) return;
      const error = toBusError(operation, cause);
      if (!error.retryable && !isConsumerMissing(cause)) throw error;
      session.logger.debug({ err: error }, 'following was interrupted; resuming');
      wait.failed(error);
      if (isStreamMissing(cause)) session.streams.hint();
    }
    if (session.connection.isClosed())
      throw new BusError(operation, 'the connection to the server is closed', { retryable: false });
    await pause(systemTiming, backoff.next(), signal);
  }
}

async function openable<T>(session: NatsSession, operation: string, ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  await orAborted(session.link.untilUp(), signal);
  return await orAborted(within(operation, openWithinMs, session.link.whileUp(operation, ask)), signal);
}

async function* consume(
  session: NatsSession,
  settings: FollowSettings,
  signal: AbortSignal,
  opened: () => void,
): AsyncGenerator<JsMsg> {
  const { stream, filter, after } = settings;
  const operation = `follow ${filter}`;
  const ordered = { filter_subjects: filter, opt_start_seq: after + 1 };
  const consumer = await openable(session, operation, () => session.jetstream.consumers.get(stream, ordered), signal);
  let messages: ConsumerMessages | undefined;
  let refusal: BusError | undefined;
  const stop = () => messages?.stop();
  // The client would continue by itself after each of these: with a position in what may be another stream, or with nothing.
  const forgets = [
    session.link.onLost(stop),
    session.streams.onRemade((remade) => remade.includes(stream) && stop()),
    session.refusals.onRefused((violation) => {
      if (!violation.subject.startsWith(`$JS.API.CONSUMER.MSG.NEXT.${stream}.`)) return;
      refusal = new BusError(operation, explainViolation(violation), { retryable: false });
      stop();
    }),
  ];
  try {
    messages = await consumer.consume({ max_messages: 256, expires: pullExpiresMs, abort_on_missing_resource: true });
    using _stopping = onAbort(signal, stop);
    if (signal.aborted) return;
    opened();
    yield* messages;
    if (refusal) throw refusal;
  } finally {
    for (const forget of forgets) forget();
    stop();
    consumer.delete().catch((error: unknown) => session.logger.debug({ err: error }, 'a consumer is left to expire'));
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import { BusError } from './errors.ts';
import { isConsumerMissing, toBusError } from './nats-errors.ts';
import { type NatsSession, orAborted } from './nats-session.ts';

export interface FollowSettings {
  readonly stream: string;
  readonly filter: string;
  /** Messages with a higher sequence come, in order, each once. */
  readonly after: number;
}

const pullExpiresMs = 10_000;
const pauseMs = 250;

/**
 * A stream's messages from a sequence on, and then the new ones, until the signal aborts. The place is kept here and not in the
 * server, so a consumer that a restart has lost is made anew where it stopped.
 */
export async function* followStream(session: NatsSession, settings: FollowSettings, signal: AbortSignal): AsyncGenerator<JsMsg> {
  const operation = `follow ${settings.filter}`;
  let last = settings.after;
  while (!signal.aborted) {
    try {
      for await (const message of consume(session, { ...settings, after: last }, signal)) {
        if (message.seq <= last) continue;
        last = message.seq;
        yield message;
        if (signal.aborted) return;
      }
    } catch (cause) {
      if (signal.aborted) return;
      const error = toBusError(operation, cause);
      if (!error.retryable && !isConsumerMissing(cause)) throw error;
      session.logger.debug({ err: error }, 'following was interrupted; going on');
    }
    if (session.connection.isClosed())
      throw new BusError(operation, 'the connection to the server is closed', { retryable: false });
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

async function* consume(session: NatsSession, settings: FollowSettings, signal: AbortSignal): AsyncGenerator<JsMsg> {
  const { stream, filter, after } = settings;
  const ordered = { filter_subjects: filter, opt_start_seq: after + 1 };
  const consumer = await orAborted(session.jetstream.consumers.get(stream, ordered), signal);
  let messages: ConsumerMessages | undefined;
  const stop = () => messages?.stop();
  try {
    messages = await consumer.consume({ max_messages: 256, expires: pullExpiresMs, abort_on_missing_resource: true });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) return;
    yield* messages;
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
    consumer.delete().catch((error: unknown) => session.logger.debug({ err: error }, 'a consumer is left to expire'));
  }
}

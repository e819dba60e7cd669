import { JetStreamApiError } from '@nats-io/jetstream';
import { createInbox, errors, type Msg, type MsgHdrs, type NatsConnection } from 'nats';
import { BusError } from '../errors.ts';
import type { Link } from './nats-link.ts';
import type { Refusals } from './nats-refusals.ts';

/**
 * Requests that a message answers, such as acknowledgements of what is published: nearly all that a busy worker sends. The
 * client's own take four promises, a timer and an error each, also where they succeed, and more around them where the link
 * is watched.
 */
export interface Requests {
  /**
   * Sent in the next turn of the event loop, with all that is ready by then, in one write.
   * @throws TimeoutError, NoRespondersError, PermissionViolationError or ClosedConnectionError of the client; BusError as soon as
   * the link is lost
   */
  ask(subject: string, body: Uint8Array | string, options: RequestOptions): Promise<Msg>;
}

export interface RequestOptions {
  readonly timeoutMs: number;
  readonly headers?: MsgHdrs | undefined;
}

interface Asked extends RequestOptions {
  readonly subject: string;
  readonly body: Uint8Array | string;
  readonly dueMs: number;
  readonly answered: (message: Msg) => void;
  readonly failed: (error: unknown) => void;
}

/** An answer may be awaited longer than it should by this. */
const lookEveryMs = 250;
const noResponders = 503;

/** @param inboxPrefix where the server lets this user listen */
export function openRequests(
  connection: NatsConnection,
  inboxPrefix: string,
  { link, refusals }: { readonly link: Link; readonly refusals: Refusals },
): Requests {
  const inbox = `${createInbox(inboxPrefix)}.`;
  const underWay = new Map<string, Asked>();
  let outgoing: string[] = [];
  let isListening = false;
  let isLooking = false;
  let count = 0;

  const fail = (isMeant: (asked: Asked) => boolean, errorFor: (asked: Asked) => unknown): void => {
    for (const [token, asked] of underWay) {
      if (!isMeant(asked)) continue;
      underWay.delete(token);
      asked.failed(errorFor(asked));
    }
  };
  const all = (): boolean => true;
  const accept = (error: Error | null, message: Msg): void => {
    if (error !== null) {
      isListening = false;
      return fail(all, () => error);
    }
    const token = message.subject.slice(inbox.length);
    const asked = underWay.get(token);
    // It came too late.
    if (asked === undefined) return;
    underWay.delete(token);
    const isUnheard = message.data.length === 0 && message.headers?.code === noResponders;
    if (isUnheard) asked.failed(new errors.NoRespondersError(asked.subject));
    else asked.answered(message);
  };
  const listen = (): void => {
    if (isListening) return;
    connection.subscribe(`${inbox}*`, { callback: accept });
    isListening = true;
  };
  const sendAll = (): void => {
    const tokens = outgoing;
    outgoing = [];
    for (const token of tokens) {
      const asked = underWay.get(token);
      if (asked === undefined) continue;
      const { subject, body, headers, failed } = asked;
      try {
        listen();
        connection.publish(subject, body, { reply: inbox + token, ...(headers && { headers }) });
      } catch (error) {
        underWay.delete(token);
        failed(error);
      }
    }
  };
  const look = (): void => {
    const nowMs = performance.now();
    fail(
      ({ dueMs }) => dueMs <= nowMs,
      () => new errors.TimeoutError(),
    );
    isLooking = underWay.size > 0;
    if (isLooking) setTimeout(look, lookEveryMs);
  };

  link.onLost(() => fail(all, ({ subject }) => new BusError(`send ${subject}`, 'the connection to the server was lost')));
  refusals.onRefused((violation) =>
    fail(
      ({ subject }) => subject === violation.subject,
      () => violation,
    ),
  );
  const closed = (): void => fail(all, () => new errors.ClosedConnectionError());
  connection.closed().then(closed, closed);

  return {
    ask: (subject, body, options) =>
      new Promise((answered, failed) => {
        count += 1;
        const token = count.toString(36);
        underWay.set(token, { subject, body, ...options, dueMs: performance.now() + options.timeoutMs, answered, failed });
        if (outgoing.push(token) === 1) setImmediate(sendAll);
        if (isLooking) return;
        isLooking = true;
        setTimeout(look, lookEveryMs);
      }),
  };
}

interface Acknowledgement {
  readonly seq?: unknown;
}

/** The sequence in JetStream's answer to a publish. @throws JetStreamApiError */
export function sequenceIn(answer: Msg): number {
  return Number(contentOf<Acknowledgement>(answer).seq);
}

/** What JetStream answers. @throws JetStreamApiError */
export function contentOf<Content>(answer: Msg): Content {
  const content = answer.json<Content & { readonly error?: ConstructorParameters<typeof JetStreamApiError>[0] }>();
  if (content.error !== undefined) throw new JetStreamApiError(content.error);
  return content;
}

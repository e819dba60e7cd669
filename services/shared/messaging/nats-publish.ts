import { randomUUID } from 'node:crypto';
import type { JetStreamPublishOptions, StoredMsg } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from 'nats';
import { BusError } from './errors.ts';
import { isSubjectTaken, toBusError } from './nats-errors.ts';
import { readLastOnce } from './nats-read.ts';
import { type NatsSession, requestTimeoutMs, untilDone, within } from './nats-session.ts';
import { nextTurn } from './next-turn.ts';

/**
 * Names one call over all its tries, so that what an earlier one has stored can be told from what others have. Nats-Msg-Id would
 * not do: a server remembers an id whose message it has not stored, and may never store (docs/decisions/0010).
 */
const writeHeader = 'Scale-Write';

export interface NamedWrite {
  readonly headers: MsgHdrs;
  isOurs(message: StoredMsg | undefined): boolean;
}

export function nameWrite(given: MsgHdrs = headers()): NamedWrite {
  const write = randomUUID();
  given.set(writeHeader, write);
  return { headers: given, isOurs: (message) => message?.header.get(writeHeader) === write };
}

/**
 * Publishes once; returns the sequence under which it is stored.
 * @throws BusError (retryable) for an acknowledgement of something that is not stored: servers before 2.11 send one, with the
 * sequence 0, for a write that is still in progress
 */
export async function publishOnce(
  session: NatsSession,
  subject: string,
  body: Uint8Array,
  withHeaders: MsgHdrs = headers(),
  expect: Partial<JetStreamPublishOptions['expect']> = {},
): Promise<number> {
  const options = { timeout: requestTimeoutMs, headers: withHeaders, expect };
  await nextTurn();
  const { seq } = await session.jetstream.publish(subject, body, options);
  session.refusals.allowed(subject);
  if (seq > 0) return seq;
  throw new BusError(`publish ${subject}`, 'the server has acknowledged it without storing it');
}

export interface FirstMessage {
  readonly stream: string;
  readonly subject: string;
  readonly body: Uint8Array;
  readonly headers?: MsgHdrs | undefined;
}

/**
 * Publishes to a subject that keeps its first message, again and again until one is stored there: ours or another. A refusal
 * alone proves nothing, since servers from 2.12 on refuse even while another write is in progress, which may yet be lost.
 */
export async function publishFirst(session: NatsSession, first: FirstMessage): Promise<'stored' | 'taken'> {
  const write = nameWrite(first.headers);
  return await untilDone(session, `publish ${first.subject}`, () => tryFirst(session, first, write));
}

/**
 * The same for what must not be sent twice: tried once, when the link is up.
 * @throws BusError; it may have been stored all the same
 */
export async function publishFirstOnce(session: NatsSession, first: FirstMessage): Promise<'stored' | 'taken'> {
  const operation = `publish ${first.subject}`;
  const attempt = session.link.whileUp(operation, () => tryFirst(session, first, nameWrite(first.headers)));
  try {
    return await within(operation, session.deadlineMs, attempt);
  } catch (error) {
    throw toBusError(operation, error);
  }
}

async function tryFirst(session: NatsSession, first: FirstMessage, write: NamedWrite): Promise<'stored' | 'taken'> {
  const { stream, subject, body } = first;
  try {
    await publishOnce(session, subject, body, write.headers);
    return 'stored';
  } catch (error) {
    if (!isSubjectTaken(error)) throw error;
    const there = await readLastOnce(session, stream, subject);
    if (there === undefined) throw new BusError(`publish ${subject}`, 'another write of it is in progress', { cause: error });
    return write.isOurs(there) ? 'stored' : 'taken';
  }
}

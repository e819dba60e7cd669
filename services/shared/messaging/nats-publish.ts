import { randomUUID } from 'node:crypto';
import type { StoredMsg } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from 'nats';
import { BusError } from './errors.ts';
import { isSubjectTaken, toBusError } from './nats-errors.ts';
import { readLastOnce } from './nats-read.ts';
import { sequenceIn } from './nats-requests.ts';
import { type NatsSession, requestTimeoutMs, untilAnswered, within } from './nats-session.ts';

/**
 * Names one call over all its tries, so that what an earlier one has stored can be told from what others have. Nats-Msg-Id would
 * not do: a server remembers an id whose message it has not stored, and may never store (docs/decisions/0010).
 */
const writeHeader = 'Scale-Write';
/** JetStream's. */
const lastSequenceHeader = 'Nats-Expected-Last-Subject-Sequence';

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
export async function publishOnce(session: NatsSession, subject: string, body: Uint8Array, headers?: MsgHdrs): Promise<number> {
  const sequence = sequenceIn(await session.requests.ask(subject, body, { timeoutMs: requestTimeoutMs, headers }));
  session.refusals.allowed(subject);
  if (sequence > 0) return sequence;
  throw new BusError(`publish ${subject}`, 'the server has acknowledged it without storing it');
}

/** The same where the subject's last message has this sequence, 0 for none; else the server refuses it. */
export function publishAfter(
  session: NatsSession,
  subject: string,
  body: Uint8Array,
  lastSequence: number,
  given: MsgHdrs = headers(),
): Promise<number> {
  given.set(lastSequenceHeader, String(lastSequence));
  return publishOnce(session, subject, body, given);
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
  return await untilAnswered(session, `publish ${first.subject}`, () => tryFirst(session, first, write));
}

/**
 * The same for what must not be sent twice: tried once, when the link is up.
 * @throws BusError; it may have been stored all the same
 */
export async function publishFirstOnce(session: NatsSession, first: FirstMessage): Promise<'stored' | 'taken'> {
  const operation = `publish ${first.subject}`;
  const send = () => tryFirst(session, first, nameWrite(first.headers));
  try {
    if (session.link.isUp()) return await send();
    return await within(operation, session.deadlineMs, session.link.whileUp(operation, send));
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

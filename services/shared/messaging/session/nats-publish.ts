import { randomUUID } from 'node:crypto';
import type { StoredMsg } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from 'nats';
import { BusError } from '../errors.ts';
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
  /** Whether what is there was sent by an earlier try. Default: if it says the same, enough where no two writers do. */
  readonly isOurs?: NamedWrite['isOurs'];
}

/**
 * Publishes to a subject that keeps its first message, again and again until one is stored there: ours or another. A refusal
 * alone proves nothing, since servers from 2.12 on refuse even while another write is in progress, which may yet be lost.
 */
export async function publishFirst(session: NatsSession, first: FirstMessage): Promise<'stored' | 'taken'> {
  let tries = 0;
  return await untilAnswered(session, `publish ${first.subject}`, () => {
    tries += 1;
    return tryFirst(session, first, tries > 1);
  });
}

/**
 * The same for what must not be sent twice: tried once, when the link is up.
 * @throws BusError; it may have been stored all the same
 */
export async function publishFirstOnce(session: NatsSession, first: FirstMessage): Promise<'stored' | 'taken'> {
  const operation = `publish ${first.subject}`;
  const send = () => tryFirst(session, first, false);
  try {
    if (session.link.isUp()) return await send();
    return await within(operation, session.deadlineMs, session.link.whileUp(operation, send));
  } catch (error) {
    throw toBusError(operation, error);
  }
}

/** @param isAgain an earlier try may have been stored, and its answer lost */
async function tryFirst(session: NatsSession, first: FirstMessage, isAgain: boolean): Promise<'stored' | 'taken'> {
  const { stream, subject, body, headers, isOurs = (there: StoredMsg) => saysTheSame(there, first) } = first;
  try {
    await publishOnce(session, subject, body, headers);
    return 'stored';
  } catch (error) {
    if (!isSubjectTaken(error)) throw error;
    const there = await readLastOnce(session, stream, subject);
    if (there === undefined) throw new BusError(`publish ${subject}`, 'another write of it is in progress', { cause: error });
    return isAgain && isOurs(there) ? 'stored' : 'taken';
  }
}

function saysTheSame(there: StoredMsg, { body, headers }: FirstMessage): boolean {
  const names = headers?.keys() ?? [];
  return Buffer.compare(there.data, body) === 0 && names.every((name) => there.header.get(name) === headers?.get(name));
}

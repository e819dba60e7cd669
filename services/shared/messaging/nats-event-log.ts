import { randomUUID } from 'node:crypto';
import { headers, type MsgHdrs } from 'nats';
import type { BlobStore, EventLog } from './bus.ts';
import { LogConflictError } from './errors.ts';
import { carryBody, fetchBody } from './large-body.ts';
import { isWrongLastSequence } from './nats-errors.ts';
import { followStream } from './nats-follow.ts';
import { readLast } from './nats-read.ts';
import { type NatsSession, requestTimeoutMs, untilDone } from './nats-session.ts';
import { streams, subjects } from './subjects-and-streams.ts';

const writeHeader = 'Scale-Write';

export function createNatsEventLog(session: NatsSession, blobs: BlobStore): EventLog {
  return {
    async append(runId, entry, expectedLast) {
      const subject = subjects.events(runId);
      const operation = `append to ${subject} after ${expectedLast}`;
      const body = await carryBody(blobs, entry);
      const write = randomUUID();
      const withWrite = body.headers ?? headers();
      withWrite.set(writeHeader, write);
      return await untilDone(session, operation, () =>
        appendOnce(session, { subject, operation, data: body.data, headers: withWrite, write, expectedLast }),
      );
    },

    async *read(runId, { after, follow }, signal) {
      const subject = subjects.events(runId);
      const end = follow ? Number.POSITIVE_INFINITY : ((await readLast(session, streams.events, subject))?.seq ?? 0);
      if (end <= after) return;
      for await (const message of followStream(session, { stream: streams.events, filter: subject, after }, signal)) {
        yield { sequence: message.seq, timeMs: message.time.getTime(), entry: await fetchBody(blobs, message) };
        if (message.seq >= end) return;
      }
    },
  };
}

interface Append {
  readonly subject: string;
  readonly operation: string;
  readonly data: Uint8Array;
  readonly headers: MsgHdrs;
  /** Names this call: the same entry from another coordinator is a conflict, and from an earlier attempt of ours is not. */
  readonly write: string;
  readonly expectedLast: number;
}

async function appendOnce(session: NatsSession, append: Append): Promise<number> {
  try {
    const expect = { lastSubjectSequence: append.expectedLast };
    const options = { msgID: append.write, headers: append.headers, expect, timeout: requestTimeoutMs };
    return (await session.jetstream.publish(append.subject, append.data, options)).seq;
  } catch (error) {
    if (!isWrongLastSequence(error)) throw error;
    // The server may have stored an attempt whose acknowledgement was lost, and forgotten its id since.
    const last = await readLast(session, streams.events, append.subject);
    if (last?.header.get(writeHeader) === append.write) return last.seq;
    throw new LogConflictError(append.operation, { cause: error });
  }
}

import type { BlobStore, EventLog } from './bus.ts';
import { LogConflictError, LogLostError } from './errors.ts';
import { carriedBy, carryBody, fetchBody } from './large-body.ts';
import { isWrongLastSequence } from './nats-errors.ts';
import { followStream } from './nats-follow.ts';
import { type NamedWrite, nameWrite, publishOnce } from './nats-publish.ts';
import { readAt, readLast, readLastOnce } from './nats-read.ts';
import { type NatsSession, untilDone } from './nats-session.ts';
import { streams, subjects } from './subjects-and-streams.ts';

export function createNatsEventLog(session: NatsSession, blobs: BlobStore): EventLog {
  return {
    async append(runId, entry, expectedLast) {
      const subject = subjects.events(runId);
      const operation = `append to ${subject} after ${expectedLast}`;
      const { data, headers } = await carryBody(blobs, entry);
      const write = nameWrite(headers);
      return await untilDone(session, operation, () => appendOnce(session, { subject, operation, data, write, expectedLast }));
    },

    async *read(runId, { after, follow }, signal) {
      const subject = subjects.events(runId);
      const end = follow ? Number.POSITIVE_INFINITY : ((await readLast(session, streams.events, subject))?.seq ?? 0);
      if (end <= after) return;
      for await (const message of followStream(
        session,
        { stream: streams.events, filter: subject, after, whenRemade: 'fail' },
        signal,
      )) {
        yield { sequence: message.seq, timeMs: message.time.getTime(), entry: await fetchBody(blobs, message) };
        if (message.seq >= end) return;
      }
    },

    async at(runId, sequence) {
      const subject = subjects.events(runId);
      const message = await readAt(session, streams.events, sequence);
      if (message?.subject !== subject) return undefined;
      return { sequence, timeMs: message.time.getTime(), entry: await fetchBody(blobs, carriedBy(message)) };
    },
  };
}

interface Append {
  readonly subject: string;
  readonly operation: string;
  readonly data: Uint8Array;
  /** The same entry is a conflict if another coordinator wrote it, and not if an earlier try of ours did. */
  readonly write: NamedWrite;
  readonly expectedLast: number;
}

async function appendOnce(session: NatsSession, { subject, operation, data, write, expectedLast }: Append): Promise<number> {
  try {
    return await publishOnce(session, subject, data, write.headers, { lastSubjectSequence: expectedLast });
  } catch (error) {
    if (!isWrongLastSequence(error)) throw error;
    // The server may have kept a write whose acknowledgement was lost.
    const last = await readLastOnce(session, streams.events, subject);
    if (last && write.isOurs(last)) return last.seq;
    if ((last?.seq ?? 0) < expectedLast) throw new LogLostError(operation, { cause: error });
    throw new LogConflictError(operation, { cause: error });
  }
}

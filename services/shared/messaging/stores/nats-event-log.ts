import type { BlobStore } from '../bus.ts';
import { LogConflictError, LogLostError } from '../errors.ts';
import type { EventLog, SweepLogs } from '../event-log.ts';
import { isWrongLastSequence } from '../session/nats-errors.ts';
import { type NamedWrite, nameWrite, publishAfter } from '../session/nats-publish.ts';
import { lastTokensOf, readAt, readLast, readLastOnce } from '../session/nats-read.ts';
import { type NatsSession, untilAnswered } from '../session/nats-session.ts';
import { followStream } from '../streams/nats-follow.ts';
import { sameStore } from '../streams/nats-same-store.ts';
import { lastToken, type StreamName, streams, subjects } from '../subjects-and-streams.ts';
import { carriedBy, carryBody, fetchBody } from './large-body.ts';

/** Where logs of one kind are kept. */
interface LogPlace {
  readonly stream: StreamName;
  readonly subjectOf: (id: string) => string;
}

const logsOfRuns: LogPlace = { stream: streams.events, subjectOf: subjects.events };
const logsOfSweeps: LogPlace = { stream: streams.sweeps, subjectOf: subjects.sweep };

export function createNatsSweepLogs(session: NatsSession, blobs: BlobStore): SweepLogs {
  return {
    ...createNatsEventLog(session, blobs, logsOfSweeps),
    list: async () => [...(await lastTokensOf(session, streams.sweeps, subjects.allSweeps))],
    async *watch(signal) {
      const settings = { stream: streams.sweeps, filter: subjects.allSweeps, after: 0, whenRemade: 'start-over' } as const;
      for await (const { subject, seq } of followStream(session, settings, signal)) {
        yield { sweepId: lastToken(subject), sequence: seq };
      }
    },
  };
}

export function createNatsEventLog(session: NatsSession, blobs: BlobStore, place: LogPlace = logsOfRuns): EventLog {
  const { stream, subjectOf } = place;
  return {
    async append(id, entry, expectedLast) {
      const subject = subjectOf(id);
      const operation = `append to ${subject} after ${expectedLast}`;
      const isSame = sameStore(session, stream);
      let tries = 0;
      const { data, headers } = await carryBody(blobs, entry);
      const write = nameWrite(headers);
      return await untilAnswered(session, operation, async () => {
        tries += 1;
        // A log may begin in any store, once that has been looked at: its next entries are meant for the same one.
        if (expectedLast === 0) await session.streams.underWay();
        else if (!(await isSame(tries > 1))) throw new LogLostError(operation);
        return await appendOnce(session, { stream, subject, operation, data, write, expectedLast });
      });
    },

    async *read(id, { after, follow }, signal) {
      const subject = subjectOf(id);
      const end = follow ? Number.POSITIVE_INFINITY : ((await readLast(session, stream, subject))?.seq ?? 0);
      if (end <= after) return;
      for await (const message of followStream(session, { stream, filter: subject, after, whenRemade: 'fail' }, signal)) {
        yield { sequence: message.seq, timeMs: message.time.getTime(), entry: await fetchBody(blobs, message) };
        if (message.seq >= end) return;
      }
    },

    async at(id, sequence) {
      const subject = subjectOf(id);
      const message = await readAt(session, stream, sequence);
      if (message?.subject !== subject) return undefined;
      return { sequence, timeMs: message.time.getTime(), entry: await fetchBody(blobs, carriedBy(message)) };
    },
  };
}

interface Append {
  readonly stream: StreamName;
  readonly subject: string;
  readonly operation: string;
  readonly data: Uint8Array;
  /** The same entry is a conflict if another coordinator wrote it, and not if an earlier try of ours did. */
  readonly write: NamedWrite;
  readonly expectedLast: number;
}

async function appendOnce(session: NatsSession, append: Append): Promise<number> {
  const { stream, subject, operation, data, write, expectedLast } = append;
  try {
    return await publishAfter(session, subject, data, expectedLast, write.headers);
  } catch (error) {
    if (!isWrongLastSequence(error)) throw error;
    // The server may have kept a write whose acknowledgement was lost.
    const last = await readLastOnce(session, stream, subject);
    if (last && write.isOurs(last)) return last.seq;
    if ((last?.seq ?? 0) < expectedLast) throw new LogLostError(operation, { cause: error });
    throw new LogConflictError(operation, { cause: error });
  }
}

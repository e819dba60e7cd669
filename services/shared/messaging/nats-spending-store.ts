import { decodeSpendingNote, encodeSpendingNote } from '../contracts/spending-codec.ts';
import type { SpendingStore } from './bus.ts';
import { followStream } from './nats-follow.ts';
import { publishFirst } from './nats-publish.ts';
import { readLast } from './nats-read.ts';
import type { NatsSession } from './nats-session.ts';
import { streams, subjects } from './subjects-and-streams.ts';

/** Notes are small, and many: none of them needs a blob, and the stream keeps all that a subject has. */
export function createNatsSpendingStore(session: NatsSession): SpendingStore {
  return {
    async note(note) {
      await publishFirst(session, subjects.spending(note.runId), encodeSpendingNote(note));
    },

    async *read(runId, { after, follow }, signal) {
      const filter = subjects.spending(runId);
      const end = follow ? Number.POSITIVE_INFINITY : ((await readLast(session, streams.spending, filter))?.seq ?? 0);
      if (end <= after) return;
      for await (const message of followStream(session, { stream: streams.spending, filter, after }, signal)) {
        yield { sequence: message.seq, note: decodeSpendingNote(message.data) };
        if (message.seq >= end) return;
      }
    },
  };
}

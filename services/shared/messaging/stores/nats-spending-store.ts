import { decodeSpendingNote, encodeSpendingNote } from '../../contracts/spending-codec.ts';
import type { SpendingStore } from '../bus.ts';
import { publishOnce } from '../session/nats-publish.ts';
import { readLast } from '../session/nats-read.ts';
import { type NatsSession, untilAnswered } from '../session/nats-session.ts';
import { followStream } from '../streams/nats-follow.ts';
import { streams, subjects } from '../subjects-and-streams.ts';

/** Notes are small and many: none of them needs a blob, and the stream keeps everything a subject has. */
export function createNatsSpendingStore(session: NatsSession): SpendingStore {
  return {
    async note(note) {
      const subject = subjects.spending(note.runId);
      const data = encodeSpendingNote(note);
      await untilAnswered(session, `publish ${subject}`, () => publishOnce(session, subject, data));
    },

    async *read(runId, { after, follow }, signal) {
      const filter = subjects.spending(runId);
      const end = follow ? Number.POSITIVE_INFINITY : ((await readLast(session, streams.spending, filter))?.seq ?? 0);
      if (end <= after) return;
      for await (const message of followStream(
        session,
        { stream: streams.spending, filter, after, whenRemade: 'start-over' },
        signal,
      )) {
        yield { sequence: message.seq, note: decodeSpendingNote(message.data) };
        if (message.seq >= end) return;
      }
    },
  };
}

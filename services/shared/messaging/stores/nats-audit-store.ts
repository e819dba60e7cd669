import { AuditEntry } from '../../contracts/generated/scale/v1/control.ts';
import type { AuditStore } from '../bus.ts';
import { publishOnce } from '../session/nats-publish.ts';
import { readLast } from '../session/nats-read.ts';
import { type NatsSession, untilDone } from '../session/nats-session.ts';
import { followStream } from '../streams/nats-follow.ts';
import { streams, subjects } from '../subjects-and-streams.ts';

export function createNatsAuditStore(session: NatsSession): AuditStore {
  return {
    async append(entry) {
      const subject = subjects.audit(entry.target);
      await untilDone(session, `publish ${subject}`, () => publishOnce(session, subject, AuditEntry.encode(entry).finish()));
    },

    async *read(target, signal) {
      const filter = target === '' ? subjects.allAudit : subjects.audit(target);
      const end = (await readLast(session, streams.audit, filter))?.seq ?? 0;
      if (end === 0) return;
      const settings = { stream: streams.audit, filter, after: 0, whenRemade: 'start-over' } as const;
      for await (const message of followStream(session, settings, signal)) {
        yield AuditEntry.decode(message.data);
        if (message.seq >= end) return;
      }
    },
  };
}

import { AuditEntry } from '../contracts/generated/scale/v1/control.ts';
import type { AuditStore } from './bus.ts';
import { type InMemoryPart, requireOpen } from './in-memory-world.ts';
import { subjects } from './subjects-and-streams.ts';

export function createInMemoryAudit(): InMemoryPart<AuditStore> {
  let entries: { readonly subject: string; readonly bytes: Uint8Array }[] = [];
  return {
    wipe() {
      entries = [];
    },
    open: (client) => ({
      async append(entry) {
        const subject = subjects.audit(entry.target);
        requireOpen(client, `publish ${subject}`);
        entries.push({ subject, bytes: AuditEntry.encode(entry).finish() });
      },
      async *read(target) {
        requireOpen(client, 'read the audit log');
        const wanted = target === '' ? undefined : subjects.audit(target);
        for (const { subject, bytes } of [...entries]) {
          if (wanted === undefined || subject === wanted) yield AuditEntry.decode(bytes);
        }
      },
    }),
  };
}

import { AuditEntry } from '../../contracts/generated/scale/v1/control.ts';
import type { AuditStore } from '../bus.ts';
import { subjects } from '../subjects-and-streams.ts';
import { type InMemoryPart, requireOpen, type Stored, type World } from './in-memory-world.ts';

export function createInMemoryAudit(world: World): InMemoryPart<AuditStore> {
  /** By subject, each target's in their order. */
  const entries = world.shelf<Stored[]>((ofTarget) => ofTarget.slice());
  return {
    wipe: () => entries.clear(),
    open: (client) => ({
      async append(entry) {
        const subject = subjects.audit(entry.target);
        requireOpen(client, `publish ${subject}`);
        const stored = { sequence: world.nextSequence(), bytes: AuditEntry.encode(entry).finish() };
        entries.set(subject, [...(entries.get(subject) ?? []), stored]);
      },
      async *read(target) {
        requireOpen(client, 'read the audit log');
        const wanted = target === '' ? undefined : subjects.audit(target);
        const asked = wanted === undefined ? [...entries.values()].flat() : (entries.get(wanted) ?? []);
        for (const { bytes } of asked.toSorted((one, other) => one.sequence - other.sequence)) yield AuditEntry.decode(bytes);
      },
    }),
  };
}

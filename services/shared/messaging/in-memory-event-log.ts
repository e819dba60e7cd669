import type { EventLog, LogEntry } from './bus.ts';
import { LogConflictError, LogLostError } from './errors.ts';
import { type InMemoryPart, requireOpen, type World } from './in-memory-world.ts';
import { subjects } from './subjects-and-streams.ts';

export function createInMemoryLogs(world: World): InMemoryPart<EventLog> {
  const events = new Map<string, LogEntry[]>();
  const bell = world.hangBell();
  const entriesOf = (subject: string): LogEntry[] => {
    const entries = events.get(subject) ?? [];
    events.set(subject, entries);
    return entries;
  };
  return {
    wipe: () => events.clear(),
    open: (client) => ({
      async append(runId, entry, expectedLast) {
        const subject = subjects.events(runId);
        const operation = `append to ${subject} after ${expectedLast}`;
        requireOpen(client, operation);
        const entries = entriesOf(subject);
        const last = entries.at(-1)?.sequence ?? 0;
        if (last < expectedLast) throw new LogLostError(operation);
        if (last !== expectedLast) throw new LogConflictError(operation);
        const sequence = world.nextSequence();
        entries.push({ sequence, timeMs: world.timing.wallMs(), entry: entry.slice() });
        bell.ring();
        return sequence;
      },
      async *read(runId, { after, follow }, signal) {
        const subject = subjects.events(runId);
        const entries = entriesOf(subject);
        const end = follow ? Number.POSITIVE_INFINITY : entries.length;
        const incarnation = world.incarnation();
        for (let place = 0; place < end && !signal.aborted; ) {
          requireOpen(client, `follow ${subject}`);
          if (world.incarnation() !== incarnation) throw new LogLostError(`follow ${subject}`);
          const entry = entries[place];
          if (!entry) {
            await bell.change(signal);
            continue;
          }
          place += 1;
          if (entry.sequence > after) yield { ...entry, entry: entry.entry.slice() };
        }
      },
      async at(runId, sequence) {
        const subject = subjects.events(runId);
        requireOpen(client, `read ${subject}`);
        const found = entriesOf(subject).find((entry) => entry.sequence === sequence);
        return found && { ...found, entry: found.entry.slice() };
      },
    }),
  };
}

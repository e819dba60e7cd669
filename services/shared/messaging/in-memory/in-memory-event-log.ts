import { LogConflictError, LogLostError } from '../errors.ts';
import type { EventLog, LogEntry, SweepLogs } from '../event-log.ts';
import { lastToken, subjects } from '../subjects-and-streams.ts';
import { type Bell, type InMemoryPart, type PartOfRuns, requireOpen, type World } from './in-memory-world.ts';

export interface InMemorySweepLogs extends InMemoryPart<SweepLogs> {
  entries(): readonly (readonly LogEntry[])[];
}

export function createInMemorySweepLogs(world: World): InMemorySweepLogs {
  const { logs, bell } = placeOfLogs(world);
  const { wipe, open } = createInMemoryLogs(world, { logs, bell, subjectOf: subjects.sweep });
  const hasEntries = ([, entries]: [string, LogEntry[]]): boolean => entries.length > 0;
  return {
    wipe,
    entries: () => [...logs.values()],
    open: (client) => ({
      ...open(client),
      async list() {
        requireOpen(client, 'list sweeps');
        return [...logs]
          .filter(hasEntries)
          .map(([subject]) => lastToken(subject))
          .sort();
      },
      async *watch(signal) {
        let incarnation = world.incarnation();
        for (let last = 0; !signal.aborted; ) {
          requireOpen(client, `follow ${subjects.allSweeps}`);
          if (world.incarnation() !== incarnation) last = 0;
          incarnation = world.incarnation();
          const entries = [...logs].flatMap(([subject, all]) => all.map(({ sequence }) => ({ subject, sequence })));
          const next = entries.filter(({ sequence }) => sequence > last).sort((a, b) => a.sequence - b.sequence);
          if (next.length === 0) await bell.change(signal);
          for (const { subject, sequence } of next) {
            if (signal.aborted || world.incarnation() !== incarnation) break;
            last = sequence;
            yield { sweepId: lastToken(subject), sequence };
          }
        }
      },
    }),
  };
}

interface LogPlace {
  /** By subject. */
  readonly logs: Map<string, LogEntry[]>;
  readonly bell: Bell;
  readonly subjectOf: (id: string) => string;
}

function placeOfLogs(world: World): Pick<LogPlace, 'logs' | 'bell'> {
  return { logs: world.shelf<LogEntry[]>((entries) => entries.slice()), bell: world.hangBell() };
}

export function createInMemoryLogs(world: World, place?: LogPlace): PartOfRuns<EventLog> {
  const { logs: events, bell, subjectOf } = place ?? { ...placeOfLogs(world), subjectOf: subjects.events };
  const entriesOf = (subject: string): LogEntry[] => {
    const entries = events.get(subject) ?? [];
    events.set(subject, entries);
    return entries;
  };
  return {
    wipe: () => events.clear(),
    remove: (id) => void events.delete(subjectOf(id)),
    open: (client) => ({
      async append(id, entry, expectedLast) {
        const subject = subjectOf(id);
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
      async *read(id, { after, follow }, signal) {
        const subject = subjectOf(id);
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
      async at(id, sequence) {
        const subject = subjectOf(id);
        requireOpen(client, `read ${subject}`);
        const found = entriesOf(subject).find((entry) => entry.sequence === sequence);
        return found && { ...found, entry: found.entry.slice() };
      },
    }),
  };
}

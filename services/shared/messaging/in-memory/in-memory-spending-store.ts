import { decodeSpendingNote, encodeSpendingNote } from '../../contracts/spending-codec.ts';
import type { SpendingStore } from '../bus.ts';
import { subjects } from '../subjects-and-streams.ts';
import { type PartOfRuns, requireOpen, type Stored, type World } from './in-memory-world.ts';

export function createInMemorySpending(world: World): PartOfRuns<SpendingStore> {
  const spending = world.shelf<Stored[]>((notes) => notes.slice());
  const bell = world.hangBell();
  const notesOf = (subject: string): Stored[] => {
    const notes = spending.get(subject) ?? [];
    spending.set(subject, notes);
    return notes;
  };
  return {
    wipe: () => spending.clear(),
    remove: (runId) => void spending.delete(subjects.spending(runId)),
    open: (client) => ({
      async note(note) {
        const subject = subjects.spending(note.runId);
        requireOpen(client, `publish ${subject}`);
        notesOf(subject).push({ sequence: world.nextSequence(), bytes: encodeSpendingNote(note) });
        bell.ring();
      },
      async *read(runId, { after, follow }, signal) {
        const subject = subjects.spending(runId);
        const notes = notesOf(subject);
        const end = follow ? Number.POSITIVE_INFINITY : notes.length;
        for (let place = 0; place < end && !signal.aborted; ) {
          requireOpen(client, `follow ${subject}`);
          const stored = notes[place];
          if (!stored) {
            await bell.change(signal);
            continue;
          }
          place += 1;
          if (stored.sequence > after) yield { sequence: stored.sequence, note: decodeSpendingNote(stored.bytes) };
        }
      },
    }),
  };
}

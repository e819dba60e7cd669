import { hash } from 'node:crypto';
import type { Bus } from '../../shared/messaging/bus.ts';
import type { LogEntry } from '../../shared/messaging/event-log.ts';
import { decodeSnapshot, encodeSnapshot, type RunSnapshot, type SnapshotPlace } from './snapshot-codec.ts';

/** Where a log stands, as whoever appends to it knows it. */
export interface SnapshotSource extends Omit<RunSnapshot, 'runId' | 'place'> {
  readonly place: Pick<SnapshotPlace, 'entries' | 'sequence' | 'digest'>;
}

export interface SnapshotWriter {
  /**
   * To be called after each entry, with what gives a copy of how things are. A snapshot is due when the log has grown by an
   * eighth, and is written on the side; and at the end of the run, which waits for it.
   */
  appended(entries: number, isOver: boolean, present: () => SnapshotSource): Promise<void>;
}

/**
 * @param known entries of the log that the newest snapshot has
 * @param everyEntries fewer new entries than this are quickly read
 * @param failed is told why a snapshot could not be written, which costs nothing but time later
 */
export function createSnapshotWriter(
  bus: Pick<Bus, 'blobs' | 'runs' | 'log'>,
  runId: string,
  known: number,
  everyEntries: number,
  failed: (error: unknown) => void,
): SnapshotWriter {
  let newest = known;
  let writing: Promise<void> | undefined;
  const write = async ({ place, ...rest }: SnapshotSource): Promise<void> => {
    const entry = await bus.log.at(runId, place.sequence);
    if (entry === undefined) return;
    const whole = { ...place, timeMs: entry.timeMs, entryDigest: digestOf(entry) };
    const snapshotBlob = await bus.blobs.put(encodeSnapshot({ runId, place: whole, ...rest }));
    await bus.runs.update(runId, (manifest) => ({ ...manifest, snapshotBlob }));
  };
  return {
    async appended(entries, isOver, present) {
      if (entries - newest < Math.max(everyEntries, isOver ? 0 : newest / 8)) return;
      if (writing !== undefined && !isOver) return;
      newest = entries;
      await writing;
      writing = write(present())
        .catch(failed)
        .finally(() => {
          writing = undefined;
        });
      if (isOver) await writing;
    },
  };
}

/** The newest snapshot of a run's log as the store has it; undefined if there is none, or none that fits the log. */
export async function readSnapshot(bus: Pick<Bus, 'blobs' | 'runs' | 'log'>, runId: string): Promise<RunSnapshot | undefined> {
  const blob = (await bus.runs.get(runId))?.snapshotBlob;
  if (!blob) return undefined;
  try {
    const snapshot = decodeSnapshot(await bus.blobs.get(blob));
    if (snapshot?.runId !== runId) return undefined;
    const entry = await bus.log.at(runId, snapshot.place.sequence);
    return entry !== undefined && fits(snapshot.place, entry) ? snapshot : undefined;
  } catch {
    // Missing or damaged. Trouble with the server comes up again when the log is read, which has all that is here.
    return undefined;
  }
}

function fits({ timeMs, entryDigest }: SnapshotPlace, entry: LogEntry): boolean {
  return entry.timeMs === timeMs && digestOf(entry) === entryDigest;
}

function digestOf({ entry }: LogEntry): string {
  return hash('sha256', entry);
}

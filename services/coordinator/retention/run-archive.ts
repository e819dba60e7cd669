import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BackupDamagedError, decodeBackup, encodeBackup } from '../../shared/contracts/backup-file.ts';
import type { RunManifest } from '../../shared/contracts/generated/scale/v1/control.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { readBackup } from '../backup/read-backup.ts';

/** It holds all that was asked and answered. */
const ownerOnly = 0o600;

/** Where the copy of a run lies that ended then, in milliseconds since 1970: one that went on after its end has another. */
export function archivePath(folder: string, { runId, endedAtMs = 0 }: Pick<RunManifest, 'runId' | 'endedAtMs'>): string {
  return join(folder, `${runId}-${endedAtMs}.scale`);
}

/**
 * Copies a run to a file that `scale restore` reads, and reads the file again. What is there already and whole stays: the run's
 * deletion may have begun, and what is left of it must not replace the copy.
 * @throws BackupDamagedError if the disk gives back something else than was written
 */
export async function archiveRun(bus: Bus, path: string, runId: string, timing: Timing, signal: AbortSignal): Promise<void> {
  if (await isWhole(path)) return;
  await mkdir(dirname(path), { recursive: true });
  await removeDrafts(path);
  // Of a name of its own: whoever goes on writing to another one's would damage what that one has read and found whole.
  const draft = `${path}.${process.pid}.draft`;
  try {
    const file = await open(draft, 'w', ownerOnly);
    try {
      for await (const piece of encodeBackup(readBackup(bus, { runIds: [runId] }, timing, signal))) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await readWhole(draft);
    await rename(draft, path);
    const folder = await open(dirname(path));
    await folder.sync().finally(() => folder.close());
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** What was killed has left its draft. One that is still being written is tried again. */
async function removeDrafts(path: string): Promise<void> {
  const folder = dirname(path);
  for (const name of await readdir(folder))
    if (name.startsWith(`${basename(path)}.`) && name.endsWith('.draft')) await rm(join(folder, name), { force: true });
}

async function isWhole(path: string): Promise<boolean> {
  try {
    await readWhole(path);
    return true;
  } catch (error) {
    if (error instanceof BackupDamagedError || (error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function readWhole(path: string): Promise<void> {
  for await (const _ of decodeBackup(createReadStream(path)));
}

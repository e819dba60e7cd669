import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pause } from '../../shared/lifecycle/abort.ts';
import { systemTiming } from '../../shared/lifecycle/timing.ts';
import type { DataFolder } from './data-folder.ts';

/** Says to a cluster that is there only to read, and stays, that this command wants to run something on the folder. */
export async function askForFolder(folder: DataFolder): Promise<void> {
  await writeFile(wish(folder), `${process.pid}\n`, { mode: 0o600 });
}

/** Resolves once another command has asked for the folder, or the signal aborts. */
export async function folderWanted(folder: DataFolder, signal: AbortSignal): Promise<void> {
  // Of a command that has had it.
  await rm(wish(folder), { force: true });
  while (!signal.aborted) {
    const isAsked = await stat(wish(folder)).then(
      () => true,
      () => false,
    );
    if (isAsked) return await rm(wish(folder), { force: true });
    await pause(systemTiming, lookEveryMs, signal);
  }
}

const lookEveryMs = 250;
const wish = ({ root }: DataFolder): string => join(root, 'cluster-wanted');

import { readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { identifyProcess } from '../toolchain/process-identity.ts';

/** One that writes on another machine, or in another container, is no process here, and takes no longer than this. */
const leftAfterMs = 600_000;

/**
 * Removes what writers of this file have left beside it that were killed in between: drafts that carry the number of a process
 * which is not there, and that nobody has written to for ten minutes. What cannot be removed stays: whoever writes the file next
 * is told what is wrong with its folder.
 */
export async function removeLeftDrafts(path: string, nowMs = Date.now()): Promise<void> {
  const [folder, start] = [dirname(path), `${basename(path)}.`];
  for (const name of await readdir(folder).catch(() => [])) {
    const own = name.startsWith(`.${start}`) ? name.slice(1) : name;
    if (!own.startsWith(start)) continue;
    const [, pid] = /^(\d+)(?:-\d+)?\.draft$/.exec(own.slice(start.length)) ?? [];
    if (pid === undefined || (await identifyProcess(Number(pid))) !== undefined) continue;
    const draft = join(folder, name);
    const found = await stat(draft).catch(() => undefined);
    if (found !== undefined && nowMs - found.mtimeMs > leftAfterMs) await rm(draft, { force: true }).catch(() => undefined);
  }
}

import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts';

/** Another live process uses the folder. */
export class FolderInUseError extends ScaleError {
  readonly kind = 'unreachable';
  readonly ownerPid: number;

  constructor(folder: string, ownerPid: number) {
    super(`${folder} is in use by process ${ownerPid}: wait for it or stop it, or choose another folder`);
    this.ownerPid = ownerPid;
  }
}

/**
 * Locks a folder for this process. The lock of a killed process is taken over.
 * @returns the release
 * @throws FolderInUseError
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const lock = join(folder, 'owner.json');
  const mine = `${lock}.${process.pid}`;
  await writeFile(mine, JSON.stringify(await identifyProcess(process.pid)));
  try {
    // A link is created or refused atomically, so one of two processes wins; each turn either ends or removes a dead owner's
    // lock.
    while (!(await linked(mine, lock))) await removeDeadLock(folder, lock);
  } finally {
    await rm(mine, { force: true });
  }
  return () => rm(lock, { force: true });
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeDeadLock(folder: string, lock: string): Promise<void> {
  const aside = `${lock}.${process.pid}.dead`;
  await refuseLiveOwner(folder, lock);
  if (!(await rename(lock, aside).then(() => true, isMissing))) return;
  try {
    // Between the look and the rename a third process may have put its own lock there: give it back.
    await refuseLiveOwner(folder, aside);
  } catch (error) {
    await linked(aside, lock);
    throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

async function refuseLiveOwner(folder: string, lock: string): Promise<void> {
  const text = await readFile(lock, 'utf8').catch(isMissing);
  const owner = text === false ? undefined : parseOwner(text);
  if (owner !== undefined && (await isRunning(owner))) throw new FolderInUseError(folder, owner.pid);
}

/**
 * A lock that cannot be read belongs to no one: the link above exposes only complete files, so the disk was full or it was
 * edited.
 */
function parseOwner(text: string): ProcessIdentity | undefined {
  try {
    const owner = JSON.parse(text) as Partial<ProcessIdentity> | null;
    return typeof owner?.pid === 'number' ? { pid: owner.pid, startTicks: owner.startTicks } : undefined;
  } catch {
    return undefined;
  }
}

function isMissing(error: unknown): false {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
  throw error;
}

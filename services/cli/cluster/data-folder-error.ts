import { access, constants, mkdir, stat } from 'node:fs/promises';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import { describeFileError, isDiskFull } from '../../shared/errors/file-error.ts';
import { CliError } from '../cli-error.ts';
import { type DataFolder, ownerOnly } from './data-folder.ts';
import { describeFullDisk, diskSpaceAt } from './disk-space.ts';

/** The data folder cannot hold a cluster; the message says why, and what to do. */
export class DataFolderError extends ScaleError {
  readonly kind = 'unreachable';
}

/**
 * Does something with the data folder.
 * @throws DataFolderError where the folder cannot be made or written
 */
export async function inDataFolder<Result>({ root }: DataFolder, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (isDiskFull(cause)) throw new DataFolderError(await fullDisk(root), { cause });
    const problem = describeFileError(cause, root);
    if (problem === undefined) throw cause;
    throw new DataFolderError(`${problem}; name a writable folder with --data-dir`, { cause });
  }
}

/** A folder for what comes of a run, and the option that names another. */
export interface OutputFolder {
  readonly path: string;
  readonly option: '--data-dir' | '--out' | '--junit';
}

/** To be asked before anything is spent. @throws DataFolderError if the folder cannot be made or written */
export async function requireWritable({ path, option }: OutputFolder): Promise<void> {
  try {
    // What lies in a data folder is for its owner alone; a folder of the user's choice is as the user makes folders.
    await mkdir(path, { recursive: true, ...(option === '--data-dir' && { mode: ownerOnly }) });
    await access(path, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const problem = describeFileError(cause, path);
    if (problem === undefined) throw cause;
    throw new DataFolderError(`${problem}; the results could not be kept there: name a writable folder with ${option}`, {
      cause,
    });
  }
}

/** To be asked before anything is spent. @throws CliError where the file that an option names is a folder */
export async function refuseFolder(file: string, option: '--out' | '--junit'): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isDirectory())
    throw new CliError('bad-input', `${option} ${file}: that is a folder; name a file, such as one in it`);
}

/** @throws DataFolderError if the disk has no room for a cluster */
export async function requireRoom({ root }: DataFolder): Promise<void> {
  const space = await diskSpaceAt(root, true);
  if (space.isFull) throw new DataFolderError(`${describeFullDisk(root, space)}; ${howToGoOn}`);
}

const howToGoOn = 'free some space and give the same command again, or put --data-dir elsewhere';

async function fullDisk(root: string): Promise<string> {
  const space = await diskSpaceAt(root, false).catch(() => undefined);
  const what = space === undefined ? `the disk that holds ${root} is full` : describeFullDisk(root, space);
  return `${what}; ${howToGoOn}`;
}

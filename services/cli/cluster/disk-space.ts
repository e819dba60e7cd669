import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDiskFull } from '../../shared/errors/file-error.ts';

export interface DiskSpace {
  readonly freeBytes: number;
  /** Nothing more can be stored there. */
  readonly isFull: boolean;
}

/** Less than one message on the bus takes. */
const fullBelowBytes = 1024 ** 2;

/**
 * The room on the disk that holds a folder, for this user.
 * @param probe try it by writing a megabyte: a quota shows in no other way
 */
export async function diskSpaceAt(folder: string, probe: boolean): Promise<DiskSpace> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  return { freeBytes, isFull: freeBytes < fullBelowBytes || (probe && !(await hasRoom(folder))) };
}

async function hasRoom(folder: string): Promise<boolean> {
  const file = join(folder, `.room.${process.pid}`);
  try {
    await writeFile(file, Buffer.alloc(fullBelowBytes));
    return true;
  } catch (error) {
    if (isDiskFull(error)) return false;
    throw error;
  } finally {
    await rm(file, { force: true });
  }
}

/** E.g. "the disk that holds /home/me/.scale is full: 0.3 MB free". */
export function describeFullDisk(folder: string, { freeBytes }: DiskSpace): string {
  return `the disk that holds ${folder} is full: ${(freeBytes / 1e6).toFixed(1)} MB free`;
}

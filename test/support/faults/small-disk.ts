import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A file system of its own for a command: root mounts it in a mount namespace, anybody else in a user namespace too. */
const isolate = process.getuid?.() === 0 ? ['unshare', '-m'] : ['unshare', '-r', '-m'];

/** The words that start a command with a tmpfs of this size on a folder, which nobody else sees. */
export function onSmallDisk(folder: string, size: string): string[] {
  return [...isolate, 'sh', '-c', `mount -t tmpfs -o size=${size} tmpfs "$0" && exec "$@"`, folder];
}

/** Whether this machine lets us; containers often do not. */
export function hasSmallDisks(folder: string): boolean {
  const [program = '', ...words] = [...onSmallDisk(folder, '1m'), 'true'];
  return spawnSync(program, words).status === 0;
}

const ballast = 'ballast';

/** Fills the disk that the process has on the folder, to the last byte. */
export function fillDisk(pid: number, folder: string): void {
  const file = openSync(join(`/proc/${pid}/root`, folder, ballast), 'w');
  try {
    for (let size = 65_536; size >= 1; ) {
      try {
        writeSync(file, Buffer.alloc(size));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        size = Math.floor(size / 2);
      }
    }
  } finally {
    closeSync(file);
  }
}

export function emptyDisk(pid: number, folder: string): void {
  rmSync(join(`/proc/${pid}/root`, folder, ballast));
}

import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';

const withinMs = 60_000;
const script = 'chmod -R u+rwX -- "$1"; rm -rf -- "$1"';

/**
 * Removes a folder with all that programs have left in it. They can nest folders more deeply than a path may be long, where
 * Node's own rm ends with ENAMETOOLONG, and close them even to their owner.
 * @throws if something is left
 */
export async function removeRemains(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch {
    await promisify(execFile)('/bin/sh', ['-c', script, 'sh', folder], { timeout: withinMs, killSignal: 'SIGKILL' });
  }
}

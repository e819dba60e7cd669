import { existsSync, statSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';

/** Where the cluster of this machine keeps what it knows, `.scale` by default. */
export interface DataFolder {
  readonly root: string;
  /** The streams: all runs' logs, results and benchmarks. */
  readonly nats: string;
  /** One file a service. */
  readonly logs: string;
  /** One folder a run, with its report. */
  readonly runs: string;
  readonly clusterFile: string;
  /** Which variables the workers may send where, as the run files of this folder say. Names, no values. */
  readonly endpointKeysFile: string;
}

export function dataFolderAt(path: string): DataFolder {
  const root = resolve(path);
  return {
    root,
    nats: join(root, 'nats'),
    logs: join(root, 'logs'),
    runs: join(root, 'runs'),
    clusterFile: join(root, 'cluster.json'),
    endpointKeysFile: join(root, 'endpoint-keys'),
  };
}

/** Where to look if the command line does not say. */
export const dataFolderVariable = 'SCALE_DATA_FOLDER';
export const dataFolderName = '.scale';

/**
 * The `.scale` with data in this folder or the nearest one above it; where there is none, the one that would be made here. Not in
 * a folder in which anyone may put one, such as /tmp, and not another user's: whoever made it has what its runs hold, and serves
 * its workers.
 */
export function nearestDataFolder(from = process.cwd()): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const path = join(folder, dataFolderName);
    if (hasData(dataFolderAt(path)) && (folder === resolve(from) || isOurs(folder, path))) return relative('', path);
    if (dirname(folder) === folder) return join(relative('', from), dataFolderName);
  }
}

const writableByAll = 0o002;

function isOurs(folder: string, path: string): boolean {
  return (statSync(folder).mode & writableByAll) === 0 && statSync(path).uid === process.getuid?.();
}

/** Whether a cluster has ever been there. */
export function hasData({ nats }: DataFolder): boolean {
  return existsSync(nats);
}

export const ownerOnly = 0o700;

/**
 * Creates what is missing. What it holds (prompts, answers, logs) is for the owner alone, in a folder of an earlier version too;
 * the root itself may be a folder of the user's that others are meant to enter.
 */
export async function makeDataFolder({ root, nats, logs, runs }: DataFolder): Promise<void> {
  await mkdir(root, { recursive: true, mode: ownerOnly });
  for (const folder of [nats, logs, runs]) {
    await mkdir(folder, { recursive: true, mode: ownerOnly });
    await chmod(folder, ownerOnly);
  }
}

import { once } from 'node:events';
import { access, constants, mkdir, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { findNatsServer, NatsServerNotFoundError, type NatsServerSearch } from '../../shared/toolchain/find-nats-server.ts';
import { isClone } from '../../shared/toolchain/package-folder.ts';
import { isAtLeast } from '../../shared/toolchain/versions.ts';
import { readClusterFile } from '../cluster/cluster-file.ts';
import type { DataFolder } from '../cluster/data-folder.ts';
import type { Check } from './check.ts';

const oldestNode = '24.0.0';
/** A run of a few hundred queries leaves tens of megabytes; with less than this, a night of runs may fill the disk. */
const comfortableBytes = 2 * 1024 ** 3;

export function checkNode(version = process.versions.node, path = process.execPath): Check {
  const found = `${version} at ${path}`;
  if (isAtLeast(version, oldestNode)) return { name: 'node', status: 'ok', found };
  return {
    name: 'node',
    status: 'missing',
    found,
    advice: `${oldestNode} or newer is needed${isClone ? ': run scripts/setup' : ''}`,
  };
}

export async function checkNatsServer(search: NatsServerSearch): Promise<Check> {
  const name = 'nats-server';
  try {
    const { version, path, origin } = await findNatsServer(search);
    return { name, status: 'ok', found: `${version} at ${path} (from ${origin})` };
  } catch (error) {
    if (!(error instanceof NatsServerNotFoundError)) throw error;
    const refused = error.rejected.map(({ path, reason }) => `${path} ${reason}`).join('; ');
    const found = refused === '' ? 'none' : refused;
    // One that is named is used or refused; any other is brought.
    if ((search.environment.NATS_SERVER_BIN ?? '') !== '') return { name, status: 'missing', found, advice: error.message };
    const atOnce = isClone ? '; scripts/setup does so at once' : '';
    const advice = `the first command that needs one brings it, over the network, in a minute or less${atOnce}`;
    return { name, status: 'warning', found, advice };
  }
}

export async function checkDataFolder(folder: DataFolder): Promise<Check> {
  const name = 'data folder';
  try {
    await mkdir(folder.root, { recursive: true });
    await access(folder.root, constants.W_OK);
  } catch (error) {
    const advice = `name a writable folder with --data-dir (${(error as Error).message})`;
    return { name, status: 'missing', found: folder.root, advice };
  }
  const record = await readClusterFile(folder);
  const use = record === undefined ? 'no cluster runs on it' : `process ${record.owner.pid} runs a cluster on it`;
  return { name, status: 'ok', found: `${folder.root}, ${use}` };
}

export async function checkDisk(folder: DataFolder): Promise<Check> {
  const name = 'disk space';
  try {
    const { bavail, bsize } = await statfs(folder.root);
    const free = bavail * bsize;
    const found = `${(free / 1024 ** 3).toFixed(1)} GiB free for ${folder.root}`;
    if (free >= comfortableBytes) return { name, status: 'ok', found };
    return { name, status: 'warning', found, advice: 'free some space, or put --data-dir elsewhere' };
  } catch (error) {
    return { name, status: 'warning', found: `unknown: ${(error as Error).message}` };
  }
}

/** The services of this machine's cluster listen on loopback, at ports that the system chooses. */
export async function checkLoopback(): Promise<Check> {
  const name = 'loopback';
  const server = createServer();
  try {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { name, status: 'ok', found: 'services can listen on 127.0.0.1' };
  } catch (error) {
    const advice = 'the cluster of this machine needs to listen on 127.0.0.1';
    return { name, status: 'missing', found: (error as Error).message, advice };
  } finally {
    server.close();
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';

/** A nats-server with a configuration of the test's own, on ports that the system chooses. */
export interface NatsNode {
  readonly name: string;
  /** For clients; the same after a restart. */
  readonly url: string;
  readonly monitorUrl: string;
  /** 0 without a cluster. */
  readonly clusterPort: number;
  /** Until it answers, and, in a cluster, has found its leader. */
  ready(): Promise<void>;
  /** Stops it where it stands, and lets it go on. */
  freeze(): void;
  thaw(): void;
  /** Reads its configuration again. */
  reload(): Promise<void>;
  /** What it has logged so far. */
  log(): Promise<string>;
  kill(): Promise<void>;
  /** After a kill, on the same ports and, unless it is to be wiped, the same store. */
  restart(settings?: { readonly wipe: boolean }): Promise<void>;
}

export interface NatsNodeSettings {
  readonly binary: string;
  readonly name: string;
  /** More of the configuration, e.g. accounts. */
  readonly configuration?: string;
  /** The inside of its cluster block, without its port. */
  readonly cluster?: string;
  /** The whole configuration instead, of which this sets the addresses and the folder of the streams. */
  readonly whole?: (places: NodePlaces) => string;
}

export interface NodePlaces {
  /** The settings `listen`, `http` and `ports_file_dir`. */
  readonly addresses: string;
  readonly storeFolder: string;
}

const children = new Set<ChildProcess>();
const folders = new Set<string>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all([...children].map((child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

interface Ports {
  readonly client: number;
  readonly monitor: number;
  readonly cluster: number;
}

const anyPorts: Ports = { client: -1, monitor: -1, cluster: -1 };

/** Ends with the test file at the latest. */
export async function startNatsNode(settings: NatsNodeSettings): Promise<NatsNode> {
  const folder = await mkdtemp(join(tmpdir(), 'scale-node-'));
  folders.add(folder);
  let child = await spawnNode(settings, folder, anyPorts);
  const ports = await portsOf(folder, child);
  // A reload may not change the monitor's address, not even to the one that it has.
  let written = anyPorts;
  const monitorUrl = `http://127.0.0.1:${ports.monitor}`;
  return {
    name: settings.name,
    url: `nats://127.0.0.1:${ports.client}`,
    monitorUrl,
    clusterPort: ports.cluster,
    ready: () => untilHealthy(monitorUrl, folder),
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    async reload() {
      const reloads = async () => (await logOf(folder)).split('Reloaded server configuration').length;
      const before = await reloads();
      await writeConfiguration(settings, folder, written);
      child.kill('SIGHUP');
      for (let tries = 0; (await reloads()) === before; tries += 1) {
        if (tries > 400) throw new Error(`nats-server did not read its configuration again; its log:\n${await logTail(folder)}`);
        await sleep(25);
      }
    },
    log: () => logOf(folder),
    async kill() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
    async restart({ wipe } = { wipe: false }) {
      if (wipe) await rm(join(folder, 'store'), { recursive: true, force: true });
      child = await spawnNode(settings, folder, ports);
      written = ports;
      await untilHealthy(monitorUrl, folder);
    },
  };
}

async function writeConfiguration(settings: NatsNodeSettings, folder: string, ports: Ports): Promise<string> {
  const { name, configuration = '', cluster } = settings;
  const file = join(folder, 'node.conf');
  const addresses = `listen: "127.0.0.1:${ports.client}"
http: "127.0.0.1:${ports.monitor}"
ports_file_dir: ${JSON.stringify(folder)}`;
  const storeFolder = join(folder, 'store');
  await writeFile(
    file,
    settings.whole?.({ addresses, storeFolder }) ??
      `${addresses}
server_name: ${name}
jetstream { store_dir: ${JSON.stringify(storeFolder)}, max_file_store: 8589934592, sync_interval: always }
${cluster === undefined ? '' : `cluster { name: C, listen: "127.0.0.1:${ports.cluster}", ${cluster} }`}
${configuration}
`,
  );
  return file;
}

async function spawnNode(settings: NatsNodeSettings, folder: string, ports: Ports): Promise<ChildProcess> {
  const file = await writeConfiguration(settings, folder, ports);
  const log = openSync(join(folder, 'node.log'), 'a');
  const child = spawn(settings.binary, ['-c', file], { stdio: ['ignore', log, log] });
  closeSync(log);
  children.add(child);
  child.once('exit', () => children.delete(child));
  await once(child, 'spawn');
  return child;
}

async function portsOf(folder: string, child: ChildProcess): Promise<Ports> {
  for (let tries = 0; tries < 600; tries += 1) {
    const name = (await readdir(folder)).find((file) => file.endsWith(`_${child.pid}.ports`));
    const text = name === undefined ? '' : await readFile(join(folder, name), 'utf8');
    if (text !== '') {
      const urls = JSON.parse(text) as { nats: string[]; monitoring: string[]; cluster?: string[] };
      const port = (list: string[] = []) => Number(new URL(list[0] ?? 'nats://none:0').port);
      return { client: port(urls.nats), monitor: port(urls.monitoring), cluster: port(urls.cluster) };
    }
    await sleep(25);
  }
  throw new Error(`nats-server wrote no ports; its log:\n${await logTail(folder)}`);
}

async function untilHealthy(monitorUrl: string, folder: string): Promise<void> {
  for (let tries = 0; tries < 1_200; tries += 1) {
    const isHealthy = await fetch(`${monitorUrl}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isHealthy) return;
    await sleep(25);
  }
  throw new Error(`nats-server is not healthy; its log:\n${await logTail(folder)}`);
}

async function logTail(folder: string): Promise<string> {
  return (await logOf(folder)).split('\n').slice(-15).join('\n');
}

async function logOf(folder: string): Promise<string> {
  return await readFile(join(folder, 'node.log'), 'utf8').catch(() => '');
}

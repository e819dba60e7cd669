import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import { lockFolder } from './folder-lock.ts';
import { request } from './node-http.ts';
import { readCommandLine } from './process-identity.ts';
import { wasEndedFromOutside } from './was-ended-from-outside.ts';

export interface NatsServerSettings {
  /** Path of the program, from findNatsServer. */
  readonly binary: string;
  /** Holds the streams, the configuration, the log and the lock. Created if it does not exist. */
  readonly storeFolder: string;
  /** On loopback. Default 0: any free one. */
  readonly port?: number;
  readonly monitorPort?: number;
  /** What clients must show; they find it in `url`. Without one, anyone on this machine may read and write. */
  readonly password?: string;
  /** The sum of all streams' max_bytes must fit in here. Default 8 GiB; nothing is reserved on the disk. */
  readonly maxFileStoreBytes?: number;
  /** How long the server may take to recover its streams and answer. Default 30 000. */
  readonly readyWithinMs?: number;
}

export interface NatsServerProcess extends AsyncDisposable {
  /** For clients, e.g. "nats://127.0.0.1:41234", or "nats://scale:PASSWORD@127.0.0.1:41234". */
  readonly url: string;
  /** Of the HTTP monitor, e.g. "http://127.0.0.1:41235". */
  readonly monitorUrl: string;
  readonly pid: number;
  /** Resolves with the reason when the process is gone, whatever ended it. */
  readonly exited: Promise<string>;
  /** Lets it flush and exit, and kills it after 10 s. Idempotent. */
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/** The server ended before it was ready, or was not ready in time; the message holds the end of its log. */
export class NatsServerStartError extends ScaleError {
  readonly kind = 'unreachable';
  /** What happened, phrased to follow the server's name: "ended with exit status 1 while starting". */
  readonly reason: string;
  /** It was ended from outside, which says nothing about the next start. */
  readonly wasKilled: boolean;

  constructor(reason: string, details: string, options?: ErrorOptions & { readonly wasKilled?: boolean }) {
    super(`nats-server ${reason}. ${details}`.trim(), options);
    this.reason = reason;
    this.wasKilled = options?.wasKilled ?? false;
  }
}

/**
 * Starts a nats-server that belongs to this process: it survives Ctrl-C (the services must drain through it first), but not its
 * owner. A server that a killed owner left on the same folder is stopped first.
 * @throws FolderInUseError, NatsServerStartError
 */
export async function startNatsServer(settings: NatsServerSettings, signal?: AbortSignal): Promise<NatsServerProcess> {
  const folder = resolve(settings.storeFolder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unlock = await lockFolder(folder);
  try {
    await endLeftOver(folder);
    // Written as a new file, since a mode applies only to a file being created.
    await rm(configurationPath(folder), { force: true });
    await writeFile(configurationPath(folder), renderConfiguration(folder, settings), { mode: 0o600 });
    const child = await spawnServer(settings.binary, folder);
    const server = superviseServer(child, unlock);
    try {
      const urls = await waitUntilReady(server, child, folder, settings.readyWithinMs ?? 30_000, signal);
      return { ...server, ...urls, url: withPassword(urls.url, settings.password) };
    } catch (error) {
      await server.kill();
      throw error;
    }
  } catch (error) {
    await unlock();
    throw error;
  }
}

type UnreadyServer = Omit<NatsServerProcess, 'url' | 'monitorUrl'>;

function configurationPath(folder: string): string {
  return join(folder, 'nats-server.conf');
}

function renderConfiguration(folder: string, settings: NatsServerSettings): string {
  const listen = (port = 0) => JSON.stringify(`127.0.0.1:${port === 0 ? -1 : port}`);
  return `listen: ${listen(settings.port)}
http: ${listen(settings.monitorPort)}
max_payload: 1MB
max_pending: 64MB
write_deadline: "10s"
pid_file: ${JSON.stringify(join(folder, 'nats-server.pid'))}
ports_file_dir: ${JSON.stringify(folder)}
${authorization(settings.password)}jetstream {
  store_dir: ${JSON.stringify(folder)}
  max_file_store: ${settings.maxFileStoreBytes ?? 8 * 1024 ** 3}
  # An acknowledged write must survive a power failure; the default syncs every two minutes.
  sync_interval: always
}
`;
}

/** A user with a password and no token: the monitor's /connz shows who is connected, and with a token that is the token. */
const user = 'scale';

function authorization(password: string | undefined): string {
  return password === undefined ? '' : `authorization { user: ${user}, password: ${JSON.stringify(password)} }\n`;
}

function withPassword(url: string, password: string | undefined): string {
  return password === undefined ? url : url.replace('://', `://${user}:${encodeURIComponent(password)}@`);
}

/** Stops the server that the pid file names, if it is alive and was started with this very configuration. */
async function endLeftOver(folder: string): Promise<void> {
  const pid = Number(await readFile(join(folder, 'nats-server.pid'), 'utf8').catch(() => ''));
  if (Number.isInteger(pid) && pid > 1) {
    const isOurs = async () => (await readCommandLine(pid))?.includes(configurationPath(folder)) ?? false;
    for (const [name, waitMs] of [
      ['SIGTERM', 5_000],
      ['SIGKILL', 5_000],
    ] as const) {
      if (!(await isOurs())) break;
      process.kill(pid, name);
      for (let waited = 0; waited < waitMs && (await isOurs()); waited += 20) await delay(20);
    }
  }
  const stale = (await readdir(folder)).filter((name) => name.endsWith('.ports') || name === 'nats-server.pid');
  await Promise.all(stale.map((name) => rm(join(folder, name), { force: true })));
}

async function spawnServer(binary: string, folder: string): Promise<ChildProcess> {
  // The log is a file and not a pipe, so that writing to it never depends on the owner being alive.
  const log = openSync(logPath(folder), 'w');
  try {
    const child = spawn(binary, ['-c', configurationPath(folder)], { detached: true, env: {}, stdio: ['ignore', log, log] });
    await once(child, 'spawn');
    return child;
  } catch (error) {
    throw new NatsServerStartError(`cannot be started: ${(error as Error).message}`, '', {
      cause: error,
    });
  } finally {
    closeSync(log);
  }
}

function logPath(folder: string): string {
  return join(folder, 'nats-server.log');
}

/** Stops the server when this process is gone, even by kill -9: the shell's standard input then closes. */
function leash(pid: number): ChildProcess {
  const script = 'read -r line; kill -TERM "$0"';
  const shell = spawn('/bin/sh', ['-c', script, String(pid)], { detached: true, env: {}, stdio: ['pipe', 'ignore', 'ignore'] });
  // Without a shell, the next start on this folder still stops what is left over.
  shell.on('error', () => {});
  shell.unref();
  return shell;
}

function superviseServer(child: ChildProcess, unlock: () => Promise<void>): UnreadyServer {
  const pid = child.pid as number;
  const shell = leash(pid);
  const exited = once(child, 'exit').then(async ([code, signal]) => {
    shell.kill('SIGKILL');
    await unlock();
    return signal === null ? `ended with exit status ${String(code)}` : `was ended by ${String(signal)}`;
  });
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  const stop = async () => {
    child.kill('SIGTERM');
    const cancel = new AbortController();
    const tooLate = delay(10_000, undefined, { signal: cancel.signal }).then(kill, () => {});
    await exited;
    cancel.abort();
    await tooLate;
  };
  return { pid, exited, stop, kill, [Symbol.asyncDispose]: stop };
}

async function waitUntilReady(
  server: UnreadyServer,
  child: ChildProcess,
  folder: string,
  withinMs: number,
  signal: AbortSignal | undefined,
): Promise<{ url: string; monitorUrl: string }> {
  let end: string | undefined;
  void server.exited.then((reason) => {
    end = reason;
  });
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    signal?.throwIfAborted();
    if (end !== undefined) throw await startError(`${end} while starting`, folder, wasEndedFromOutside(child));
    const urls = await readPorts(folder, server.pid);
    if (urls !== undefined && (await isHealthy(urls.monitorUrl))) return urls;
    await delay(10);
  }
  throw await startError(`was not ready within ${withinMs} ms`, folder);
}

/** The server writes its addresses to a file, since it chose free ports itself: choosing them for it would be a race. */
async function readPorts(folder: string, pid: number): Promise<{ url: string; monitorUrl: string } | undefined> {
  const name = (await readdir(folder)).find((file) => file.endsWith(`_${pid}.ports`));
  if (name === undefined) return undefined;
  try {
    const ports = JSON.parse(await readFile(join(folder, name), 'utf8')) as { nats?: string[]; monitoring?: string[] };
    const [url, monitorUrl] = [ports.nats?.[0], ports.monitoring?.[0]];
    return url === undefined || monitorUrl === undefined ? undefined : { url, monitorUrl };
  } catch {
    return undefined; // half written: the caller looks again
  }
}

/** Not by `fetch`, which takes 40 ms of CPU to load. */
function isHealthy(monitorUrl: string): Promise<boolean> {
  return new Promise((resolve) => {
    const settings = { agent: false, signal: AbortSignal.timeout(2_000) };
    const asking = request(`${monitorUrl}/healthz`, settings, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asking.on('error', () => resolve(false));
    asking.end();
  });
}

async function startError(reason: string, folder: string, wasKilled = false): Promise<NatsServerStartError> {
  const log = await readFile(logPath(folder), 'utf8').catch(() => '');
  const tail = log.trimEnd().split('\n').slice(-5).join('\n');
  return new NatsServerStartError(reason, `Its log, ${logPath(folder)}, ends with:\n${tail}`, { wasKilled });
}

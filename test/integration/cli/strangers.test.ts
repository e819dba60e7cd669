import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, request as forward, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connect } from 'nats';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startRunRequestOf } from '../../../services/cli/runs/run-request.ts';
import { readRunFile } from '../../../services/shared/config/run-file.ts';
import { type ControlClient, connectControl } from '../../../services/shared/control-client/control-client.ts';
import { startSimulator } from '../../../services/simulator/start-simulator.ts';
import { clusterProcesses } from '../../support/cluster/local-run.ts';
import { type CliRun, startCli } from '../../support/run-cli.ts';

// A run with a key is under way on this machine's cluster, held in the middle of its first calls; strangers try what they can.

const planted = { MY_KEY: 'planted-key-3f9c17', DATABASE_PASSWORD: 'planted-password-b81e42' };
/** A secret that is given as a file: the variable MY_HEADER_FILE names it. */
const plantedInFile = 'planted-header-5ad20e';
const never = new AbortController().signal;

/** Keeps who asked it with what key; calls of jobs wait until they are let through to the simulated model. */
interface Recorder {
  readonly server: Server;
  readonly url: string;
  readonly keys: (string | undefined)[];
  readonly headers: unknown[];
}

let folder: string;
let cli: CliRun;
let mine: Recorder;
let thief: Recorder;
let simulator: Awaited<ReturnType<typeof startSimulator>>;
let address: string;
let token: string;
const held = Promise.withResolvers<void>();
const clients: ControlClient[] = [];

async function record(answer: (message: IncomingMessage, response: ServerResponse) => Promise<void>): Promise<Recorder> {
  const keys: (string | undefined)[] = [];
  const headers: unknown[] = [];
  const server = createServer((message, response) => {
    keys.push(message.headers.authorization);
    headers.push(message.headers['x-my-secret']);
    answer(message, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, keys, headers };
}

async function passOn(message: IncomingMessage, response: ServerResponse): Promise<void> {
  if (String(message.headers['x-scale-job-id']).startsWith('execute-')) await held.promise;
  const target = new URL(message.url ?? '', simulator.url);
  const passed = forward(target, { method: message.method, headers: message.headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  passed.on('error', (error) => response.destroy(error));
  message.pipe(passed);
}

const runFile = (baseUrl: string, variable: string) => `
name: with-a-key
benchmark: { name: sample, limit: 6 }
models: { executor: { endpoint: mine, model: qwen-plus }, optimizer: { endpoint: mine, model: qwen3-8b } }
endpoints: { mine: { base_url: "${baseUrl}", api_key_variable: ${variable}, headers: { x-my-secret: { variable: MY_HEADER } } } }
search: { max_rounds: 1 }
evaluation: { method: full, warm_up_rounds: 1 }
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-strangers-'));
  // Whoever may enter the folder above is not thereby let into the data folder.
  await chmod(folder, 0o755);
  simulator = await startSimulator({ known: [] });
  mine = await record(passOn);
  thief = await record(async (_, response) => void response.writeHead(500).end());
  await writeFile(join(folder, 'run.yaml'), runFile(mine.url, 'MY_KEY'));
  await writeFile(join(folder, 'header'), `${plantedInFile}\n`, { mode: 0o600 });
  const environment = { ...planted, MY_HEADER_FILE: 'header' };
  cli = startCli(['run', 'run.yaml', '--json'], { cwd: folder, environment });
  await vi.waitUntil(() => mine.keys.length > 0, { timeout: 100_000 });
  const known = JSON.parse(await readFile(join(folder, '.scale/cluster.json'), 'utf8')) as Record<string, string>;
  address = String(known.controlAddress);
  token = String(known.controlToken);
});

afterAll(async () => {
  for (const client of clients) client.close();
  cli.child.kill('SIGKILL');
  await cli.ended;
  for (const { server } of [mine, thief]) server.close();
  await simulator.stop(AbortSignal.abort());
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

function client(shown: string | undefined): ControlClient {
  const made = connectControl(address, { token: shown });
  clients.push(made);
  return made;
}

async function stolenRun(baseUrl: string, variable: string) {
  const path = join(folder, 'stolen.yaml');
  await writeFile(path, runFile(baseUrl, variable).replace('with-a-key', `stolen-${variable.toLowerCase()}`));
  return startRunRequestOf(await readRunFile(path), undefined);
}

test('without the token no run can be started, read or ended', async () => {
  for (const stranger of [client(undefined), client('guessed')]) {
    await expect(stranger.listRuns(never)).rejects.toMatchObject({ kind: 'refused' });
    const theft = stranger.startRun(await stolenRun(thief.url, 'DATABASE_PASSWORD'), never);
    await expect(theft).rejects.toMatchObject({ kind: 'refused' });
  }
});

test.each(['MY_KEY', 'DATABASE_PASSWORD'])(
  'a run that names an address of its own does not get %s, though it has the token',
  async (variable) => {
    const owner = client(token);
    const { runId } = await owner.startRun(await stolenRun(thief.url, variable), never);
    const found = new AbortController();
    let trouble = '';
    for await (const { update } of owner.watchRun({ runId, afterSequence: 0, follow: true }, found.signal)) {
      if (update?.$case !== 'progress' || update.value.waiting?.kind !== 'person') continue;
      trouble = update.value.waiting.what;
      found.abort();
    }
    expect(trouble).toContain(`the worker has no variable ${variable} that may be sent there`);
    expect(thief.keys).toEqual([]);
    await owner.cancelRun(runId, 'seen', never);
  },
);

test('without its password NATS lets nobody in', async () => {
  const ports = (await readdir(join(folder, '.scale/nats'))).find((name) => name.endsWith('.ports')) ?? '';
  const { nats, monitoring } = JSON.parse(await readFile(join(folder, '.scale/nats', ports), 'utf8')) as Record<string, string[]>;
  for (const credentials of [{}, { user: 'scale', pass: 'guessed' }, { token: 'guessed' }]) {
    await expect(connect({ servers: nats ?? [], reconnect: false, ...credentials })).rejects.toThrow(/authorization violation/i);
  }
  const configuration = await readFile(join(folder, '.scale/nats/nats-server.conf'), 'utf8');
  const [, password = ''] = /password: "([^"]+)"/.exec(configuration) ?? [];
  expect(password).toHaveLength(43);
  // The monitor answers everybody on this machine.
  for (const page of ['varz', 'connz?auth=1&subs=1', 'jsz?streams=1&config=1', 'subsz?subs=1', 'healthz']) {
    const text = await (await fetch(`${monitoring?.[0]}/${page}`)).text();
    expect(text, page).not.toContain(password);
  }
});

test('what lies in the data folder is for its owner alone', async () => {
  const mode = async (path: string) => ((await stat(join(folder, path))).mode & 0o777).toString(8);
  for (const path of ['.scale', '.scale/nats', '.scale/logs', '.scale/runs']) expect(await mode(path), path).toBe('700');
  for (const path of ['.scale/cluster.json', '.scale/endpoint-keys', '.scale/nats/nats-server.conf']) {
    expect(await mode(path), path).toBe('600');
  }
});

// Only root can become somebody else to try; elsewhere the modes above say the same.
test.runIf(process.getuid?.() === 0)('another user of the machine reads neither the folder nor a process', async () => {
  const services = [...(await clusterProcesses(cli.child.pid ?? 0)).values()].flat();
  const files = ['.scale/cluster.json', '.scale/nats/nats-server.conf', '.scale/endpoint-keys'].map((path) => join(folder, path));
  const wanted = [...files, ...services.map((pid) => `/proc/${pid}/environ`)];
  const asNobody = { uid: 65_534, gid: 65_534 };
  const script = 'for f in "$@"; do cat "$f" >/dev/null 2>&1 && echo "read $f"; done; true';
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', script, 'sh', ...wanted], asNobody);
  expect(stdout).toBe('');
  expect(services.length).toBeGreaterThan(3);
});

test('no service shows a secret in its command line or in the environment that it began with', async () => {
  const processes = await clusterProcesses(cli.child.pid ?? 0);
  const { DATABASE_PASSWORD, MY_KEY } = planted;
  for (const [service, pids] of processes) {
    for (const pid of pids) {
      // Workers get the key from their parent, over a channel that no one else reads.
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
      const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8');
      expect(environment, service).not.toMatch(new RegExp(`${DATABASE_PASSWORD}|${MY_KEY}|${plantedInFile}|${token}`));
      expect(commandLine, service).not.toMatch(new RegExp(`${DATABASE_PASSWORD}|${MY_KEY}|${plantedInFile}|${token}`));
    }
  }
  expect([...processes.keys()]).toEqual(expect.arrayContaining(['executor', 'predictor']));
});

test('the run ends, and its key is in no file, report or output', async () => {
  held.resolve();
  const { code, stdout, stderr } = await cli.ended;
  expect(code, stderr).toBe(0);
  await sleep(100);
  expect(new Set(mine.keys)).toEqual(new Set([`Bearer ${planted.MY_KEY}`]));
  expect(new Set(mine.headers)).toEqual(new Set([plantedInFile]));
  const secrets = [planted.MY_KEY, planted.DATABASE_PASSWORD, plantedInFile].flatMap((each) => [
    each,
    Buffer.from(each).toString('base64'),
  ]);
  const texts = new Map<string, string>([
    ['stdout', stdout],
    ['stderr', stderr],
  ]);
  for (const entry of await readdir(join(folder, '.scale'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    texts.set(join(entry.parentPath, entry.name), await readFile(join(entry.parentPath, entry.name), 'latin1'));
  }
  expect(texts.size).toBeGreaterThan(10);
  const found = [...texts].filter(([, text]) => secrets.some((secret) => text.includes(secret))).map(([name]) => name);
  expect(found).toEqual([]);
});

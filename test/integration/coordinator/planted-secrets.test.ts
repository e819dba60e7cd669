import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ChildService, mainOf, startChildService } from '../../../services/cli/cluster/child-service.ts';
import { startSimulator } from '../../../services/simulator/start-simulator.ts';
import { makeAuthority } from '../../support/certificate-authority.ts';
import { startTestNatsServer, type TestNatsServer } from '../../support/nats-server.ts';
import { type EndedCli, startCli } from '../../support/run-cli.ts';

// A cluster as others deploy it: every secret that it has is planted, half of them as variables and half as files, and a model's
// server repeats the keys in its errors. Then everything that anyone can read is searched for them.

const never = new AbortController().signal;
const planted = {
  executorKey: 'planted-key-of-executor-7c1e',
  predictorKey: 'planted-key-of-predictor-90aa',
  adminToken: 'planted-admin-token-41d7',
  runToken: 'planted-run-token-be02',
  wrongToken: 'planted-wrong-token-6f3d',
  natsPassword: 'planted-nats-password-c58b',
};

let folder: string;
let nats: TestNatsServer;
let model: Server;
let simulator: Awaited<ReturnType<typeof startSimulator>>;
let address: string;
let isRefusing = false;
const services = new Map<string, ChildService>();
const authorizations = new Set<string | undefined>();
/** By what a person would call it. */
const texts = new Map<string, string>();

const put = async (name: string, content: string): Promise<string> => {
  await writeFile(join(folder, name), content, { mode: 0o600 });
  return join(folder, name);
};

/** Passes calls on to the simulated model, but answers every seventh with an error that repeats what it was sent. */
async function startModel(): Promise<Server> {
  let calls = 0;
  const server = createServer((message, response) => {
    const { authorization = '' } = message.headers;
    authorizations.add(authorization);
    calls += 1;
    if (isRefusing) {
      const error = { message: `Incorrect API key provided: ${authorization.slice(7)}`, code: 'invalid_api_key' };
      response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
      return;
    }
    if (calls % 7 === 1) {
      const error = { message: `upstream failed for ${authorization} (${Buffer.from(authorization).toString('base64')})` };
      response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
      return;
    }
    const passed = forward(
      new URL(message.url ?? '', simulator.url),
      { method: message.method, headers: message.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    passed.on('error', (error) => response.destroy(error));
    message.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function start(room: 'coordinator' | 'executor' | 'predictor', own: Record<string, string>): Promise<ChildService> {
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    SCALE_HEALTH_PORT: '0',
    SCALE_LOG_LEVEL: 'trace',
    SCALE_PARENT_LEASH: 'ipc',
    ...own,
  };
  const service = await startChildService(
    { name: room, script: mainOf(room), logFile: join(folder, 'logs', `${room}.log`), environment },
    never,
  );
  services.set(room, service);
  return service;
}

const scale = (args: readonly string[], token: string): Promise<EndedCli> => {
  const environment = { SCALE_SERVER: address, SCALE_CA_FILE: join(folder, 'ca.crt'), SCALE_TOKEN_FILE: token };
  return startCli(args, { cwd: join(folder, 'user'), environment }).ended;
};
const keep = async (name: string, run: Promise<EndedCli>): Promise<EndedCli> => {
  const ended = await run;
  texts.set(`scale ${name}`, ended.stdout + ended.stderr);
  return ended;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-planted-'));
  await Promise.all(['logs', 'user'].map((name) => mkdir(join(folder, name))));
  nats = await startTestNatsServer({ password: planted.natsPassword, storeFolder: join(folder, 'nats') });
  simulator = await startSimulator({ known: [] });
  model = await startModel();
  const url = `http://127.0.0.1:${(model.address() as AddressInfo).port}/v1`;
  const authority = makeAuthority();
  const { cert, key } = authority.issue({ name: 'coordinator' });
  await put('ca.crt', authority.cert);
  const bound = { SCALE_ENDPOINT_KEYS: `MODEL_KEY=${url}` };
  const [coordinator] = await Promise.all([
    start('coordinator', {
      SCALE_NATS_URL: nats.url,
      SCALE_CONTROL_HOST: '0.0.0.0',
      SCALE_CONTROL_PORT: '0',
      SCALE_CONTROL_CERT_FILE: await put('tls.crt', cert),
      SCALE_CONTROL_KEY_FILE: await put('tls.key', key),
      SCALE_CONTROL_TOKEN: planted.adminToken,
      SCALE_CONTROL_TOKENS_FILE: await put('tokens.yaml', `- { name: someone, role: run, token: ${planted.runToken} }\n`),
    }),
    start('executor', {
      SCALE_NATS_URL_FILE: await put('nats-url', nats.url),
      MODEL_KEY_FILE: await put('model-key', `${planted.executorKey}\n`),
      ...bound,
    }),
    start('predictor', { SCALE_NATS_URL: nats.url, MODEL_KEY: planted.predictorKey, ...bound }),
  ]);
  address = `127.0.0.1:${new URL(`http://${coordinator.addresses.control}`).port}`;
  await put(
    'user/run.yaml',
    `
name: planted
benchmark: { name: sample, limit: 6 }
models: { executor: { endpoint: mine, model: qwen-plus }, optimizer: { endpoint: mine, model: qwen3-8b } }
endpoints: { mine: { base_url: "${url}", api_key_variable: MODEL_KEY } }
search: { max_rounds: 3 }
evaluation: { method: predicted, warm_up_rounds: 1 }
`,
  );
});

afterAll(async () => {
  await Promise.all([...services.values()].map((service) => service.stop()));
  model?.close();
  await simulator?.stop(AbortSignal.abort());
  await nats?.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('a run with keys from a variable and from a file ends well', async () => {
  const token = await put('run-token', planted.runToken);
  const run = await keep('run', scale(['run', 'run.yaml', '--json'], token));
  expect(run.code, run.stderr).toBe(0);
  expect([...authorizations].sort()).toEqual([`Bearer ${planted.executorKey}`, `Bearer ${planted.predictorKey}`]);
  for (const [service, { addresses }] of services) {
    for (const page of ['metrics', 'readyz', 'livez']) {
      texts.set(`${service}/${page}`, await (await fetch(`${addresses.health}/${page}`)).text());
    }
  }
  for (const args of [['list'], ['status', 'planted', '--json'], ['endpoints', '--json'], ['memory', '--json']]) {
    await keep(args.join(' '), scale(args, token));
  }
  await keep('export', scale(['export', 'planted', '--out', 'exported.yaml'], token));
});

test('refusals do not repeat what they refuse', async () => {
  const wrong = await keep('list, wrong token', scale(['list'], await put('wrong-token', planted.wrongToken)));
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('does not know the token') });
  const twice = startCli(['list'], {
    environment: {
      SCALE_SERVER: address,
      SCALE_TOKEN_FILE: join(folder, 'wrong-token'),
      SCALE_CONTROL_TOKEN: planted.wrongToken,
    },
  });
  expect((await keep('list, two tokens', twice.ended)).stderr).toContain('are both set');
  await put('tokens.yaml', `- { name: someone, role: run, token: *${planted.runToken} }\n`);
  await expect.poll(() => readFile(join(folder, 'logs/coordinator.log'), 'utf8')).toContain('tokens.yaml cannot be used');
});

test('an endpoint that repeats a key as it refuses it is shown without the key, wherever that is said', async () => {
  isRefusing = true;
  const token = await put('run-token', planted.runToken);
  const text = await readFile(join(folder, 'user/run.yaml'), 'utf8');
  await put('user/refused.yaml', text.replace('name: planted', 'name: refused'));
  const run = await keep('run, refused', scale(['run', 'refused.yaml', '--json'], token));
  expect(run.code, run.stderr).toBe(5);
  expect(run.stdout + run.stderr).toContain('Incorrect API key provided: [redacted]');
  for (const args of [
    ['status', 'refused', '--json'],
    ['endpoints', '--json'],
    ['report', 'refused'],
  ]) {
    await keep(args.join(' '), scale(args, token));
  }
});

test('processes show no secret but in the environment of the service that was given it', async () => {
  const own: Record<string, readonly string[]> = {
    coordinator: [planted.adminToken, planted.natsPassword],
    executor: [],
    predictor: [planted.predictorKey, planted.natsPassword],
  };
  for (const [service, { pid }] of services) {
    texts.set(`${service}'s command line`, await readFile(`/proc/${pid}/cmdline`, 'utf8'));
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
    expect(
      Object.values(planted)
        .filter((secret) => environment.includes(secret))
        .sort(),
      service,
    ).toEqual([...(own[service] ?? [])].sort());
  }
  texts.set("nats-server's command line", await readFile(`/proc/${nats.pid}/cmdline`, 'utf8'));
});

test('no output, file, metric, message or stream holds any of them', async () => {
  const secrets = Object.values(planted).flatMap((secret) => [secret, Buffer.from(secret).toString('base64').slice(0, -2)]);
  const holders = new Set(['nats-server.conf']);
  for (const place of ['logs', 'user', 'nats']) {
    for (const entry of await readdir(join(folder, place), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || holders.has(entry.name)) continue;
      const path = join(entry.parentPath, entry.name);
      texts.set(path.slice(folder.length + 1), await readFile(path, 'latin1'));
    }
  }
  // What must have been looked at: logs in detail, a report, an export, the streams.
  expect(texts.get('logs/executor.log')).toContain('"level":"');
  const kinds = [/^logs\//, /^user\/.*\.html$/, /^user\/exported/, /^nats\/.*\.blk$/, /metrics$/, /command line$/];
  for (const kind of kinds)
    expect(
      [...texts.keys()].some((name) => kind.test(name)),
      `${kind} in ${[...texts.keys()]}`,
    ).toBe(true);
  const found = [...texts].flatMap(([name, text]) =>
    secrets.filter((secret) => text.includes(secret)).map((secret) => `${name}: ${secret}`),
  );
  expect(found).toEqual([]);
});

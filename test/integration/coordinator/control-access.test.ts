import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { credentials, Metadata, makeGenericClientConstructor, type ServiceError, status } from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ChildService, startChildService } from '../../../services/cli/cluster/child-service.ts';
import { mayAct, type Role, roleOfMethod, roles } from '../../../services/coordinator/access/roles.ts';
import { ControlServiceService } from '../../../services/shared/contracts/generated/scale/v1/control.ts';
import type { ControlClientSettings } from '../../../services/shared/control-client/control-calls.ts';
import { type ControlClient, connectControl } from '../../../services/shared/control-client/control-client.ts';
import { ControlServiceClient } from '../../../services/shared/control-client/control-service-client.ts';
import { makeAuthority } from '../../support/certificate-authority.ts';
import { startTestNatsServer, type TestNatsServer } from '../../support/nats-server.ts';
import { startCli } from '../../support/run-cli.ts';

// A real coordinator with TLS, client certificates and tokens of every role; callers of all kinds try every method.

const never = new AbortController().signal;
const authority = makeAuthority();
const other = makeAuthority('another authority');
const ca = Buffer.from(authority.cert);
const tokenOf = (role: Role) => `planted-token-with-the-role-${role}`;

let folder: string;
let nats: TestNatsServer;
let coordinator: ChildService;
let address: string;
const clients: ControlClient[] = [];

const put = async (name: string, content: string): Promise<string> => {
  await writeFile(join(folder, name), content);
  return join(folder, name);
};
const entries = (withRead = true): string =>
  [
    ...(withRead ? [`- { name: reader, role: read, token: ${tokenOf('read')} }`] : []),
    `- { name: runner, role: run, sha256: ${createHash('sha256').update(tokenOf('run')).digest('hex')} }`,
    '- { name: alice, role: read, certificate: alice }',
    '',
  ].join('\n');

async function startCoordinator(own: Record<string, string>, name = 'coordinator'): Promise<ChildService> {
  return startChildService(
    {
      name,
      script: join(import.meta.dirname, '../../../services/coordinator/main.ts'),
      logFile: join(folder, `${name}.log`),
      environment: {
        PATH: process.env.PATH ?? '',
        SCALE_NATS_URL: nats.url,
        SCALE_HEALTH_PORT: '0',
        SCALE_PARENT_LEASH: 'ipc',
        SCALE_CONTROL_PORT: '0',
        ...own,
      },
    },
    never,
  );
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-access-'));
  nats = await startTestNatsServer();
  const { cert, key } = authority.issue({ name: 'the first certificate' });
  coordinator = await startCoordinator({
    SCALE_CONTROL_HOST: '0.0.0.0',
    SCALE_CONTROL_CERT_FILE: await put('tls.crt', cert),
    SCALE_CONTROL_KEY_FILE: await put('tls.key', key),
    SCALE_CONTROL_CLIENT_CA_FILE: await put('ca.crt', authority.cert),
    SCALE_CONTROL_TOKENS_FILE: await put('tokens.yaml', entries()),
    SCALE_CONTROL_TOKEN_FILE: await put('token', `${tokenOf('admin')}\n`),
  });
  address = `127.0.0.1:${new URL(`http://${coordinator.addresses.control}`).port}`;
});

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

afterAll(async () => {
  await coordinator?.stop();
  await nats?.stop();
  await rm(folder, { recursive: true, force: true });
});

function client(settings: ControlClientSettings, at = address): ControlClient {
  const made = connectControl(at, settings);
  clients.push(made);
  return made;
}

/** How one call of any method ends, by the wire alone: its request is empty. */
function statusOfCall(method: string, token: string | undefined): Promise<status> {
  const { path } = ControlServiceService[method as keyof typeof ControlServiceService];
  const caller = new ControlServiceClient(address, credentials.createSsl(ca), { 'grpc.ssl_target_name_override': 'localhost' });
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  const { promise, resolve } = Promise.withResolvers<status>();
  const call = caller.makeServerStreamRequest(
    path,
    () => Buffer.alloc(0),
    (bytes) => bytes,
    {},
    metadata,
    {
      deadline: Date.now() + 5_000,
    },
  );
  call.on('data', () => undefined);
  call.on('error', () => undefined);
  call.on('status', ({ code }) => resolve(code));
  return promise.finally(() => caller.close());
}

describe.each(['no token', 'a wrong token', ...roles] as const)('with %s', (shown) => {
  const token = shown === 'no token' ? undefined : shown === 'a wrong token' ? `${tokenOf('admin')}-not` : tokenOf(shown);
  test.each(Object.entries(roleOfMethod))('%s, which needs the role %s', async (method, needed) => {
    const code = await statusOfCall(method, token);
    if (shown === 'no token' || shown === 'a wrong token') expect(status[code]).toBe('UNAUTHENTICATED');
    else if (mayAct(shown, needed)) expect(['UNAUTHENTICATED', 'PERMISSION_DENIED']).not.toContain(status[code]);
    else expect(status[code]).toBe('PERMISSION_DENIED');
  });
});

const leaf = (name: string, wish = {}, by = authority) => {
  const { cert, key } = by.issue({ name, ...wish });
  return { ca, cert: Buffer.from(cert), key: Buffer.from(key) };
};

test.each<[string, ControlClientSettings, RegExp]>([
  ['no token', { tls: { ca } }, /requires a token, or a valid certificate.*set SCALE_TOKEN_FILE.*or SCALE_CERT_FILE/],
  ['a wrong token', { tls: { ca }, token: 'guessed' }, /does not know the token/],
  [
    'another token in another form',
    { tls: { ca }, token: createHash('sha256').update(tokenOf('run')).digest('hex') },
    /does not know/,
  ],
  ['a certificate without a role', { tls: leaf('bob') }, /no role for the client certificate of bob.*SCALE_CONTROL_TOKENS_FILE/],
  ['a certificate of another authority', { tls: leaf('alice', {}, other) }, /requires a token, or a valid certificate/],
  ['an expired certificate', { tls: leaf('alice', { expired: true }) }, /requires a token, or a valid certificate/],
  ['a wrong token and a right certificate', { tls: leaf('alice'), token: 'guessed' }, /does not know the token/],
  [
    'another authority to trust',
    { tls: { ca: Buffer.from(other.cert) } },
    /authority that is not trusted here: set SCALE_CA_FILE/,
  ],
  ['no TLS', {}, /it closed the connection; if it serves TLS, set SCALE_CA_FILE/],
])('with %s, nothing is told but why, and not at a deadline', async (_, settings, message) => {
  const asked = client(settings);
  await expect(asked.listRuns(never)).rejects.toThrow(message);
  const watching = asked.watchRun({ runId: 'r', afterSequence: 0, follow: true }, never)[Symbol.asyncIterator]();
  await expect(watching.next()).rejects.toThrow(message);
});

test('a certificate with a role needs no token, and has that role alone', async () => {
  const alice = client({ tls: leaf('alice') });
  expect(await alice.listRuns(never)).toEqual({ runs: [] });
  await expect(alice.clearCache(never)).rejects.toThrow('ClearCache needs the role admin, but alice has the role read');
});

test('a probe needs no token', async () => {
  const Health = makeGenericClientConstructor(healthService, 'grpc.health.v1.Health');
  const probe = new Health(address, credentials.createSsl(ca), { 'grpc.ssl_target_name_override': 'localhost' });
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const check = probe.check as unknown as (request: unknown, answer: (error: ServiceError | null, told: unknown) => void) => void;
  check.call(probe, { service: '' }, (error, told) => (error ? reject(error) : resolve(told)));
  expect(await promise.finally(() => probe.close())).toMatchObject({ status: 'SERVING' });
});

test('the log tells who did what, and holds no token', async () => {
  await expect(client({ tls: { ca }, token: tokenOf('run') }).pauseRun('a-run', 'lunch', never)).rejects.toThrow(
    /there is no run/,
  );
  await client({ tls: { ca }, token: tokenOf('admin') }).clearCache(never);
  const log = join(folder, 'coordinator.log');
  const told = { caller: 'runner', role: 'run', method: 'PauseRun', runId: 'a-run', reason: 'lunch', code: 'NOT_FOUND' };
  await expect.poll(() => linesOf(log)).toContainEqual(expect.objectContaining(told));
  expect(await linesOf(log)).toContainEqual(
    expect.objectContaining({ caller: 'SCALE_CONTROL_TOKEN', method: 'ClearCache', code: 'OK' }),
  );
  expect(await readFile(log, 'utf8')).not.toMatch(/planted-token|guessed/);
});

async function linesOf(file: string): Promise<unknown[]> {
  const text = await readFile(file, 'utf8');
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as unknown);
}

test('the command line finds the server, the authority and the token in its environment', async () => {
  const environment = {
    SCALE_SERVER: address,
    SCALE_CA_FILE: join(folder, 'ca.crt'),
    SCALE_TOKEN_FILE: await put('reader', `${tokenOf('read')}\n`),
  };
  const list = await startCli(['list', '--json'], { environment }).ended;
  expect([list.code, list.stderr], list.stdout).toEqual([0, '']);
  const alice = authority.issue({ name: 'alice' });
  const byCertificate = {
    SCALE_SERVER: address,
    SCALE_CA_FILE: join(folder, 'ca.crt'),
    SCALE_CERT_FILE: await put('alice.crt', alice.cert),
    SCALE_KEY_FILE: await put('alice.key', alice.key),
  };
  expect(await startCli(['list', '--json'], { environment: byCertificate }).ended).toMatchObject({ code: 0, stderr: '' });
  const cleared = await startCli(['cache', 'clear'], { environment }).ended;
  expect(cleared).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('ClearCache needs the role admin, but reader has the role read'),
  });
});

test('a new certificate and new tokens are used without a restart; one who is struck out loses open streams', async () => {
  const { cert, key } = authority.issue({ name: 'the second certificate' });
  expect(await commonNameShown()).toBe('the first certificate');
  // One after the other: until both fit, the old pair is served.
  await put('tls.crt', cert);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(await commonNameShown()).toBe('the first certificate');
  await put('tls.key', key);
  await expect.poll(commonNameShown).toBe('the second certificate');

  const reader = client({ tls: { ca }, token: tokenOf('read') });
  expect(await reader.listRuns(never)).toEqual({ runs: [] });
  await put('tokens.yaml', '- { name: broken');
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(await reader.listRuns(never)).toEqual({ runs: [] });
  await put('tokens.yaml', entries(false));
  await put('token', 'planted-token-that-is-new\n');
  const refused = (asking: ControlClient) =>
    asking.listRuns(never).then(
      () => '',
      (error: Error) => error.message,
    );
  await expect.poll(() => refused(reader)).toMatch(/does not know the token/);
  await expect.poll(() => refused(client({ tls: { ca }, token: tokenOf('admin') }))).toMatch(/does not know/);
  expect(await client({ tls: { ca }, token: 'planted-token-that-is-new' }).clearCache(never)).toEqual({ replies: 0 });
});

async function commonNameShown(): Promise<string> {
  const socket = connectTls({
    port: Number(address.split(':')[1]),
    host: '127.0.0.1',
    ca,
    servername: 'localhost',
    ALPNProtocols: ['h2'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  socket.once('secureConnect', () => resolve(String(socket.getPeerCertificate().subject.CN))).once('error', reject);
  return promise.finally(() => socket.destroy());
}

test.each<[string, Record<string, string>, RegExp]>([
  ['an open host', { SCALE_CONTROL_HOST: '0.0.0.0' }, /SCALE_CONTROL_HOST is 0\.0\.0\.0.*set SCALE_CONTROL_TOKENS_FILE/],
  [
    'tokens that are not there',
    { SCALE_CONTROL_TOKENS_FILE: '/nowhere/tokens.yaml' },
    /exit status 2\b.*SCALE_CONTROL_TOKENS_FILE names \/nowhere\/tokens\.yaml, which does not exist/s,
  ],
  ['tokens that are a folder', { SCALE_CONTROL_TOKENS_FILE: tmpdir() }, /SCALE_CONTROL_TOKENS_FILE names .*\(EISDIR\)/],
  [
    'teams that are not there, also before NATS answers',
    { SCALE_TEAMS_FILE: '/nowhere/teams.yaml', SCALE_NATS_URL: 'nats://127.0.0.1:1' },
    /exit status 2\b.*SCALE_TEAMS_FILE names \/nowhere\/teams\.yaml, which does not exist/s,
  ],
  [
    'a certificate that is not there',
    { SCALE_CONTROL_CERT_FILE: '/nowhere/a', SCALE_CONTROL_KEY_FILE: '/nowhere/b' },
    /SCALE_CONTROL_CERT_FILE names \/nowhere\/a, which does not exist/,
  ],
])('with %s a coordinator ends at once, and says so', async (name, own, message) => {
  await expect(startCoordinator(own, name)).rejects.toThrow(message);
});

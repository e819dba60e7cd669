import { appendFile, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccessFiles } from '../../../services/shared/messaging/access/nats-access.ts';
import { AccessRefusedError, type BusError, NatsFileError } from '../../../services/shared/messaging/errors.ts';
import { connectBus } from '../../../services/shared/messaging/nats-bus.ts';
import { type NatsRole, permissionsOf } from '../../../services/shared/messaging/nats-permissions.ts';
import { findNatsServer } from '../../../services/shared/toolchain/find-nats-server.ts';
import { type Certificates, makeCertificates } from '../../support/certificates.ts';
import { makeKeys } from '../../support/nats-keys.ts';
import { type NatsNode, startNatsNode } from '../../support/nats-node.ts';

const logger = pino({ level: 'silent' });
const refusedWithinMs = 45_000;

let own: Certificates;
let strangers: Certificates;
let expired: Certificates;
let folder = '';
const nodes: NatsNode[] = [];

const start = async (configuration: string): Promise<NatsNode> => {
  const { path: binary } = await findNatsServer({ environment: process.env });
  const node = await startNatsNode({ binary, name: `n${nodes.length}`, configuration });
  nodes.push(node);
  await node.ready();
  return node;
};

const users = 'accounts { A { jetstream: enabled, users: [{ user: executor, password: right }] } }';
const tls = (certificates: Certificates, more = '') =>
  `tls { cert_file: "${certificates.file('nats', 'cert.pem')}", key_file: "${certificates.file('nats', 'key.pem')}"
    ca_file: "${own.file('nats', 'ca.pem')}", ${more} }`;

let servers: Record<'plain' | 'closed' | 'tls' | 'mutual' | 'expired' | 'tlsFirst', NatsNode>;

beforeAll(async () => {
  [own, strangers, expired] = await Promise.all([makeCertificates(), makeCertificates(), makeCertificates()]);
  await copyFile(own.file('.', 'ca.pem'), expired.file('.', 'ca.pem'));
  await copyFile(own.file('.', 'ca-key.pem'), expired.file('.', 'ca-key.pem'));
  await expired.renew(-1);
  folder = await mkdtemp(join(tmpdir(), 'scale-access-'));
  const [plain, closed, encrypted, mutual, late, tlsFirst] = await Promise.all([
    start(''),
    start(users),
    start(tls(own)),
    start(`${users}\n${tls(own, 'verify: true')}`),
    start(tls(expired)),
    start(tls(own, 'handshake_first: true')),
  ]);
  servers = { plain, closed, tls: encrypted, mutual, expired: late, tlsFirst } as typeof servers;
});

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.kill()));
  await rm(folder, { recursive: true, force: true });
  await Promise.all([own, strangers, expired].map((certificates) => certificates[Symbol.asyncDispose]()));
});

const connect = (url: string, files: AccessFiles) =>
  connectBus({ servers: [url], files, name: 'access', logger, deadlineMs: 60_000 });

async function fileWith(content: string): Promise<string> {
  const file = join(folder, `credentials-${Math.random()}`);
  await writeFile(file, content);
  return file;
}

const right = () => fileWith('user: executor\npassword: right\n');
const ca = () => own.file('executor', 'ca.pem');
const pair = (certificates: Certificates) => ({
  certFile: certificates.file('executor', 'cert.pem'),
  keyFile: certificates.file('executor', 'key.pem'),
});

type Case = [what: string, server: keyof typeof servers, files: () => AccessFiles | Promise<AccessFiles>, sentence: RegExp];

describe('a service is refused within seconds, in a sentence that says what is missing', () => {
  test.each<Case>([
    ['no credentials', 'closed', () => ({}), /it asks for credentials, and none are given: set SCALE_NATS_CREDENTIALS_FILE/],
    [
      'a wrong password',
      'closed',
      async () => ({ credentialsFile: await fileWith('user: executor\npassword: wrong\n') }),
      /it does not accept user "executor" in \S+: the name is unknown there, or the secret is another/,
    ],
    [
      'a user that there is not',
      'closed',
      async () => ({ credentialsFile: await fileWith('user = "nobody"\npassword = "right"\n') }),
      /it does not accept user "nobody" in /,
    ],
    ['no authority', 'tls', () => ({}), /not signed by an authority that this machine trusts: .* SCALE_NATS_CA_FILE/],
    [
      'the wrong authority',
      'tls',
      () => ({ caFile: strangers.file('executor', 'ca.pem') }),
      /not signed by an authority in \S+ca\.pem \(SCALE_NATS_CA_FILE\)/,
    ],
    ['a server whose certificate has expired', 'expired', () => ({ caFile: ca() }), /its certificate, .*has expired: renew it/],
    [
      'no certificate of its own',
      'mutual',
      async () => ({ caFile: ca(), credentialsFile: await right() }),
      /asks for a certificate of this service, and none is given: set SCALE_NATS_CERT_FILE and SCALE_NATS_KEY_FILE/,
    ],
    [
      "a certificate of its own that a stranger's authority signed",
      'mutual',
      async () => ({ caFile: ca(), ...pair(strangers), credentialsFile: await right() }),
      /does not accept the certificate in \S+cert\.pem \(SCALE_NATS_CERT_FILE\)/,
    ],
    ['a certificate, but no credentials', 'mutual', () => ({ caFile: ca(), ...pair(own) }), /asks for credentials, and none/],
    [
      'TLS at a plain port',
      'plain',
      () => ({ caFile: ca() }),
      /it offers no TLS, which SCALE_NATS_CA_FILE asks for: enable TLS in its configuration/,
    ],
    [
      'no TLS at a port that begins with it',
      'tlsFirst',
      () => ({}),
      /waits for TLS before its greeting: set handshake_first to "auto"/,
    ],
  ])('%s', async (_what, server, files, sentence) => {
    const error = await refusal(servers[server].url, await files());
    expect(error).toBeInstanceOf(AccessRefusedError);
    expect(error).toMatchObject({ kind: 'refused', retryable: false, message: expect.stringMatching(sentence) });
    expect(error.message).toContain(`connect to ${servers[server].url}: `);
  });

  test('tls:// at a plain port', async () => {
    const error = await refusal(servers.plain.url.replace('nats:', 'tls:'), {});
    expect(error.message).toMatch(/it offers no TLS, which tls:\/\/\S+ asks for/);
  });

  test.each<[string, () => AccessFiles | Promise<AccessFiles>, RegExp]>([
    ['is not there', () => ({ credentialsFile: '/nowhere/x' }), /read SCALE_NATS_CREDENTIALS_FILE: \/nowhere\/x does not exist/],
    ['is empty', async () => ({ credentialsFile: await fileWith('\n') }), /is empty/],
    ['is a folder', () => ({ credentialsFile: folder }), /is a folder/],
    ['is something else', async () => ({ credentialsFile: await fileWith('hunter2') }), /is not a \.creds file .* "user: NAME"/],
    ['has no password', async () => ({ credentialsFile: await fileWith('user: me\n') }), /has no line "password: SECRET"/],
    [
      'is half a .creds file',
      async () => ({ credentialsFile: await fileWith('-----BEGIN NATS USER JWT-----\nabc\n------END NATS USER JWT------\n') }),
      /is no complete \.creds file/,
    ],
    [
      'holds no authority',
      async () => ({ caFile: await fileWith('hello') }),
      /SCALE_NATS_CA_FILE: \S+ is not a certificate in PEM/,
    ],
    [
      'has expired',
      () => ({ caFile: ca(), ...pair(expired) }),
      /SCALE_NATS_CERT_FILE: \S+ has expired, on \d{4}-\d\d-\d\d: renew it/,
    ],
    [
      'is the key of another certificate',
      () => ({ caFile: ca(), certFile: pair(own).certFile, keyFile: pair(strangers).keyFile }),
      /SCALE_NATS_KEY_FILE: \S+ is not the key of the certificate in /,
    ],
  ])('a file that %s', async (_what, files, sentence) => {
    const error = await refusal(servers.mutual.url, await files());
    expect(error).toBeInstanceOf(NatsFileError);
    expect(error).toMatchObject({ kind: 'bad-input', retryable: false, message: expect.stringMatching(sentence) });
    expect(error.message).not.toContain('hunter2');
  });

  async function refusal(url: string, files: AccessFiles): Promise<BusError> {
    const asked = performance.now();
    const outcome = await connect(url, files).then(
      (bus) => bus.close().then(() => new Error('it was let in')),
      (error: unknown) => error,
    );
    expect(performance.now() - asked).toBeLessThan(refusedWithinMs);
    return outcome as BusError;
  }
});

describe('a service is let in', () => {
  test.each<Case>([
    ['with its credentials', 'closed', async () => ({ credentialsFile: await right() }), /./],
    ['over TLS, by the address of the server', 'tls', () => ({ caFile: ca() }), /./],
    [
      'with a certificate of its own',
      'mutual',
      async () => ({ caFile: ca(), ...pair(own), credentialsFile: await right() }),
      /./,
    ],
  ])('%s', async (_what, server, files) => {
    const bus = await connect(servers[server].url, await files());
    await bus.check(AbortSignal.timeout(30_000));
    await bus.close();
  });

  test('with a .creds file, in accounts with keys that have the permissions of its role', async () => {
    const keys = makeKeys();
    const node = await start(`${keys.configuration}\nmax_control_line: 16KB`);
    const connectAs = async (role: NatsRole, permissions = permissionsOf(role)) => {
      const files = { credentialsFile: await fileWith(keys.credsOf(role, permissions)) };
      return await connectBus({ servers: [node.url], role, files, name: role, logger, deadlineMs: 30_000 });
    };
    const coordinator = await connectAs('coordinator');
    const executor = await connectAs('executor');
    await executor.check(AbortSignal.timeout(30_000));
    const { publish, subscribe } = permissionsOf('predictor');
    const predictor = await connectAs('predictor', { publish: publish.filter((each) => each !== 'results.v1.>'), subscribe });
    expect(predictor.forbidden()).toMatch(/the user in \S+ publish to "results\.v1\.>", which a predictor must do/);
    await Promise.all([coordinator, executor, predictor].map((bus) => bus.close()));
    const strangersKeys = { credentialsFile: await fileWith(makeKeys().credsOf('executor', permissionsOf('executor'))) };
    await expect(connect(node.url, strangersKeys)).rejects.toThrow(/does not accept the user in /);
    const usual = await start(keys.configuration);
    const long = { credentialsFile: await fileWith(keys.credsOf('coordinator', permissionsOf('coordinator'))) };
    await expect(connect(usual.url, long)).rejects.toThrow(/as long as the user in \S+: raise its max_control_line to 16KB/);
  });

  test('again after a restart, with credentials and certificates that were replaced on disk meanwhile', async () => {
    const rotated = await makeCertificates();
    const credentialsFile = await right();
    const passwords = join(folder, 'rotating.conf');
    await writeFile(passwords, 'accounts { A { jetstream: enabled, users: [{ user: executor, password: right }] } }\n');
    // Relative to the node's own folder: nats-server takes no others.
    const include = `include '${relative(join(tmpdir(), 'node'), passwords)}'`;
    const node = await start(`${include}\n${tls(rotated, 'verify: true').replace(own.folder, rotated.folder)}`);
    const bus = await connect(node.url, { caFile: rotated.file('executor', 'ca.pem'), ...pair(rotated), credentialsFile });
    await node.kill();
    await rotated.renew();
    await appendFile(credentialsFile, 'password: other\n');
    await writeFile(passwords, 'accounts { A { jetstream: enabled, users: [{ user: executor, password: other }] } }\n');
    await node.restart();
    await expect.poll(() => bus.check(AbortSignal.timeout(2_000)).then(() => 'ready', String)).toBe('ready');
    await bus.close();
    await rotated[Symbol.asyncDispose]();
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { Server } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { expect, onTestFinished, test } from 'vitest';
import { openControlCredentials } from '../../../../services/coordinator/access/control-credentials.ts';
import { makeAuthority } from '../../../support/certificate-authority.ts';
import { createManualTiming } from '../../../support/manual-timing.ts';

const authority = makeAuthority();
const ca = authority.cert;

function filesIn(contents: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'scale-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const put = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const [controlCertFile = '', controlKeyFile = '', controlClientCaFile = ''] = ['cert', 'key', 'ca'].map((name) =>
    put(name, contents[name] ?? ''),
  );
  return { put, settings: { controlCertFile, controlKeyFile, controlClientCaFile } };
}

function recordingLogger() {
  const lines: string[] = [];
  const tell = (_: unknown, message?: string) => void lines.push(message ?? '');
  return { lines, logger: { info: tell, warn: tell, error: tell } as never };
}

/** The certificate that a new connection gets, and what to resume it by. */
async function visit(port: number, options: object = {}): Promise<{ name: string; isResumed: boolean; session: Buffer }> {
  const socket: TLSSocket = connect({ port, host: '127.0.0.1', ca, servername: 'localhost', ALPNProtocols: ['h2'], ...options });
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  // Whoever resumes a session gets no other one here.
  socket.once('session', resolve).once('error', reject).resume();
  socket.once('secureConnect', () => socket.isSessionReused() && resolve(Buffer.alloc(0)));
  const session = await promise;
  const name = String(socket.getPeerCertificate().subject?.CN ?? '');
  const isResumed = socket.isSessionReused();
  socket.destroy();
  return { name, isResumed, session };
}

test('a rotation counts once both files have come; a session of before cannot be resumed, since its client may have lost its right', async () => {
  const [first, second] = ['first', 'second'].map((name) => authority.issue({ name }));
  if (!first || !second) throw new Error('two were issued');
  const { put, settings } = filesIn({ ...first, ca });
  const timing = createManualTiming(Date.now());
  const { lines, logger } = recordingLogger();
  const { credentials, stop } = await openControlCredentials(settings, { timing, logger });
  const server = new Server();
  new HealthImplementation({}).addToServer(server);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound))),
  );
  onTestFinished(async () => {
    await stop();
    server.forceShutdown();
  });

  const { name, session } = await visit(port);
  expect(name).toBe('first');
  // Without a rotation it can be: otherwise the check below says nothing.
  expect((await visit(port, { session })).isResumed).toBe(true);
  const told = (message: RegExp) => {
    const look = async (): Promise<string> => {
      await timing.advance(1_000);
      return lines.at(-1) ?? '';
    };
    return expect.poll(look).toMatch(message);
  };
  put('cert', second.cert);
  await told(/cannot be used; the certificate of before still holds/);
  expect((await visit(port)).name).toBe('first');
  put('key', second.key);
  await told(/^serving the certificate/);
  expect(await visit(port, { session })).toMatchObject({ name: 'second', isResumed: false });
});

const { cert, key } = authority.issue({ name: 'a' });
test.each<[string, Record<string, string>, RegExp]>([
  [
    'a key of another certificate',
    { cert, key: authority.issue({ name: 'b' }).key, ca },
    /key is not the private key of the certificate in/,
  ],
  ['no certificate', { cert: 'planted', key, ca }, /cert is not a certificate in PEM/],
  ['no key', { cert, key: 'planted', ca }, /key is not the private key/],
  ['no authority', { cert, key, ca: 'planted' }, /ca is not a certificate in PEM/],
])('%s is refused at start, and its content is not shown', async (_, contents, message) => {
  const opening = openControlCredentials(filesIn(contents).settings, {
    timing: createManualTiming(),
    logger: recordingLogger().logger,
  });
  await expect(opening).rejects.toThrow(message);
  await expect(opening).rejects.not.toThrow(/planted/);
});

test('a certificate that has expired is served, and the log says that clients refuse it', async () => {
  const { settings } = filesIn({ ...authority.issue({ name: 'old', expired: true }), ca });
  const { lines, logger } = recordingLogger();
  const { stop } = await openControlCredentials(settings, { timing: createManualTiming(Date.now()), logger });
  await stop();
  expect(lines).toEqual([expect.stringMatching(/has expired: clients will refuse it/)]);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { serverAccess } from '../../../../services/shared/control-client/server-access.ts';
import { makeAuthority } from '../../../support/certificate-authority.ts';

const folder = mkdtempSync(join(tmpdir(), 'scale-server-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const authority = makeAuthority();
const { cert, key } = authority.issue({ name: 'me' });
const another = makeAuthority('another').issue({ name: 'me' });
const ca = file('ca.pem', authority.cert);
const token = file('token', 'a-token-of-a-file\n');

function access(server: string, environment: Record<string, string>) {
  const notices: string[] = [];
  return { ...serverAccess(server, { environment, notice: (message) => void notices.push(message) }), notices };
}

test('the token comes from a file or a variable, and nothing needs to be set', () => {
  expect(access('localhost:7070', {})).toEqual({ address: 'localhost:7070', token: undefined, tls: undefined, notices: [] });
  expect(access('localhost:7070', { SCALE_CONTROL_TOKEN: 'abc' })).toMatchObject({ token: 'abc', notices: [] });
  expect(access('localhost:7070', { SCALE_TOKEN_FILE: token })).toMatchObject({ token: 'a-token-of-a-file' });
  expect(access('localhost:7070', { SCALE_CONTROL_TOKEN_FILE: token })).toMatchObject({ token: 'a-token-of-a-file' });
});

test('TLS is used with an authority, with a certificate, or as the address says', () => {
  const mine = { SCALE_CERT_FILE: file('cert.pem', cert), SCALE_KEY_FILE: file('key.pem', key) };
  expect(access('a:7070', { SCALE_CA_FILE: ca }).tls).toEqual({ ca: Buffer.from(authority.cert) });
  expect(access('a:7070', mine).tls).toEqual({ cert: Buffer.from(cert), key: Buffer.from(key) });
  expect(access('tls://a:7070', {})).toMatchObject({ address: 'a:7070', tls: {} });
});

test('a token that would cross a network unencrypted is a notice, unless that is said to be fine', () => {
  const environment = { SCALE_CONTROL_TOKEN: 'planted-token' };
  const { notices } = access('10.0.0.7:7070', environment);
  expect(notices).toEqual([expect.stringMatching(/^The token goes to 10\.0\.0\.7:7070 unencrypted.*SCALE_CA_FILE/)]);
  expect(notices.join()).not.toContain('planted');
  expect(access('10.0.0.7:7070', { ...environment, SCALE_CA_FILE: ca }).notices).toEqual([]);
  expect(access('10.0.0.7:7070', { ...environment, SCALE_CONTROL_PLAINTEXT: 'trusted-network' }).notices).toEqual([]);
  expect(access('[::1]:7070', environment).notices).toEqual([]);
});

test.each<[Record<string, string>, RegExp]>([
  [{ SCALE_TOKEN_FILE: token, SCALE_CONTROL_TOKEN: 'abc' }, /SCALE_TOKEN_FILE and SCALE_CONTROL_TOKEN are both set/],
  [{ SCALE_TOKEN_FILE: '/nowhere' }, /^SCALE_TOKEN_FILE names \/nowhere, which does not exist$/],
  [{ SCALE_TOKEN_FILE: file('empty', '\n') }, /^SCALE_TOKEN_FILE names .*, which is empty$/],
  [{ SCALE_TOKEN_FILE: file('lines', 'planted\ntoken') }, /^the token must be one line .*not shown/],
  [{ SCALE_CA_FILE: '/nowhere' }, /^SCALE_CA_FILE names \/nowhere, which does not exist$/],
  [{ SCALE_CA_FILE: file('no-ca.pem', 'planted') }, /^SCALE_CA_FILE cannot be used for TLS/],
  [{ SCALE_CERT_FILE: ca }, /belong together/],
  [
    { SCALE_CERT_FILE: file('cert2.pem', cert), SCALE_KEY_FILE: file('key2.pem', another.key) },
    /^SCALE_CERT_FILE, SCALE_KEY_FILE cannot be used for TLS/,
  ],
])('%o is refused', (environment, message) => {
  expect(() => access('localhost:7070', environment)).toThrow(message);
  expect(() => access('localhost:7070', environment)).not.toThrow(/planted/);
});

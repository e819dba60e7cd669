import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isLoopback } from '../../../../../services/shared/config/service-settings/control-access.ts';
import { coordinatorSettings } from '../../../../../services/shared/config/service-settings/service-settings.ts';

const token = { SCALE_CONTROL_TOKEN: 'a-token-for-this-test' };
const tokens = { SCALE_CONTROL_TOKENS_FILE: '/etc/scale/tokens.yaml' };
const tls = { SCALE_CONTROL_CERT_FILE: '/etc/scale/tls.crt', SCALE_CONTROL_KEY_FILE: '/etc/scale/tls.key' };
const others = { SCALE_CONTROL_HOST: '0.0.0.0' };
const trusted = { SCALE_CONTROL_PLAINTEXT: 'trusted-network' };

test.each(['127.0.0.1', '127.9.9.9', 'localhost', 'LOCALHOST', '::1', '[::1]', '::ffff:127.0.0.1'])('%s is loopback', (host) =>
  expect(isLoopback(host)).toBe(true),
);
test.each([
  ...['0.0.0.0', '::', '[::]', '10.0.0.1', '127.example.org', 'localhost.example.org', '1270.0.0.1', '127.0.0.1.example.org', ''],
])('%s may be reached by others', (host) => expect(isLoopback(host)).toBe(false));

test.each([
  {},
  token,
  { ...others, ...tokens, ...tls },
  { ...others, ...token, ...tls },
  { ...others, ...token, ...trusted },
  { SCALE_SCALER_HOST: '0.0.0.0', SCALE_SCALER_PORT: '7071', ...trusted },
  { SCALE_SCALER_HOST: '0.0.0.0' },
  { SCALE_SCALER_HOST: '0.0.0.0', SCALE_SCALER_PORT: '7071', SCALE_SCALER_PLAINTEXT: 'trusted-network' },
  { ...tls, ...tokens, SCALE_CONTROL_CLIENT_CA_FILE: '/etc/scale/ca.crt' },
])('a coordinator starts with %o', (environment) => {
  expect(coordinatorSettings(environment)).toMatchObject({ controlPort: 7070 });
});

test.each([
  [others, 'SCALE_CONTROL_TOKEN', /SCALE_CONTROL_HOST is 0\.0\.0\.0, which others can reach.*set SCALE_CONTROL_TOKENS_FILE or/],
  [{ ...others, ...trusted }, 'SCALE_CONTROL_TOKEN', /anyone there could start and end runs/],
  [{ ...others, ...tls }, 'SCALE_CONTROL_TOKEN', /anyone there could start and end runs/],
  [{ SCALE_CONTROL_HOST: '::' }, 'SCALE_CONTROL_TOKEN', /SCALE_CONTROL_HOST is ::/],
  [
    { ...others, ...token },
    'SCALE_CONTROL_CERT_FILE',
    /unencrypted: set SCALE_CONTROL_CERT_FILE .* SCALE_CONTROL_PLAINTEXT=trusted-network/,
  ],
  [
    { SCALE_SCALER_HOST: '::', SCALE_SCALER_PORT: '7071' },
    'SCALE_CONTROL_CERT_FILE',
    /SCALE_SCALER_HOST is ::, which others can reach, and has no TLS/,
  ],
  [{ SCALE_CONTROL_CERT_FILE: 'x' }, 'SCALE_CONTROL_KEY_FILE', /needs SCALE_CONTROL_KEY_FILE/],
  [{ SCALE_CONTROL_KEY_FILE: 'x' }, 'SCALE_CONTROL_CERT_FILE', /needs SCALE_CONTROL_CERT_FILE/],
  [{ SCALE_CONTROL_CLIENT_CA_FILE: 'x', ...tokens }, 'SCALE_CONTROL_CERT_FILE', /needs TLS/],
  [{ SCALE_CONTROL_CLIENT_CA_FILE: 'x', ...tls }, 'SCALE_CONTROL_TOKENS_FILE', /gives each client certificate a role/],
])('%o is refused, and the variable to set is named', (environment, variable, message) => {
  expect(() => coordinatorSettings(environment)).toThrow(
    expect.objectContaining({ variable, message: expect.stringMatching(message) }),
  );
});

describe('a secret in a file', () => {
  const file = (content: string): string => {
    const folder = mkdtempSync(join(tmpdir(), 'scale-secret-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'secret'), content);
    return join(folder, 'secret');
  };

  test('is the value of its variable', () => {
    const path = file('a-token-from-a-file\n');
    expect(coordinatorSettings({ SCALE_CONTROL_TOKEN_FILE: path })).toMatchObject({
      controlToken: 'a-token-from-a-file',
      controlTokenFile: path,
    });
    const natsUrl = 'nats://me:hunter2hunter2@nats:4222';
    expect(coordinatorSettings({ SCALE_NATS_URL_FILE: file(natsUrl) })).toMatchObject({ natsUrl });
  });

  test.each([
    [
      () => ({ SCALE_CONTROL_TOKEN_FILE: '/nowhere/token' }),
      'SCALE_CONTROL_TOKEN_FILE names /nowhere/token, which does not exist',
    ],
    [() => ({ SCALE_CONTROL_TOKEN_FILE: tmpdir() }), /^SCALE_CONTROL_TOKEN_FILE names .*, which cannot be read \(EISDIR\)$/],
    // Otherwise a Secret that is lost would open the coordinator to everyone.
    [() => ({ SCALE_CONTROL_TOKEN_FILE: file(' \n') }), /^SCALE_CONTROL_TOKEN_FILE names .*, which is empty$/],
    [() => ({ ...token, SCALE_CONTROL_TOKEN_FILE: '/x' }), 'SCALE_CONTROL_TOKEN and SCALE_CONTROL_TOKEN_FILE are both set'],
    [() => ({ SCALE_CONTROL_TOKEN_FILE: file('short') }), /^SCALE_CONTROL_TOKEN must be at least 16 .* \(not shown\)$/],
  ])('is refused if it cannot be one (%#)', (environment, message) => {
    expect(() => coordinatorSettings(environment())).toThrow(message);
  });
});

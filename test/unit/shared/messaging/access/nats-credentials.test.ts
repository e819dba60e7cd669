import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { openCredentials, readCredentials } from '../../../../../services/shared/messaging/access/nats-credentials.ts';

async function credentialsFile(content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scale-credentials-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'credentials');
  await writeFile(file, content);
  return file;
}

test.each([
  ['user: executor\npassword: a b: c#d\n', 'executor', 'a b: c#d'],
  ['password="quoted"\r\nuser=executor\r\n', 'executor', 'quoted'],
  ["# of the executor\n  user: 'executor'\n  password: 0123\n", 'executor', '0123'],
  ['user: executor\npassword: old\npassword: new', 'executor', 'new'],
])('two lines are a user and a password: %j', async (content, user, pass) => {
  const file = await credentialsFile(content);
  expect(readCredentials(file).authenticator()).toEqual({ user, pass });
  expect(readCredentials(file).described).toBe(`user "${user}" in ${file}`);
});

test('a file that is replaced counts from the next connection on; while it cannot be used, what it said before holds', async () => {
  const file = await credentialsFile('user: me\npassword: first\n');
  const lines: string[] = [];
  const logger = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
  const { authenticator } = openCredentials(['nats://127.0.0.1:4222'], file, logger);
  expect(authenticator()).toEqual({ user: 'me', pass: 'first' });
  await writeFile(file, 'user: me\n');
  expect(authenticator()).toEqual({ user: 'me', pass: 'first' });
  expect(lines.join('')).toContain('the credentials for NATS cannot be read again; those of before are shown');
  await writeFile(file, 'user: me\npassword: second\n');
  expect(authenticator()).toEqual({ user: 'me', pass: 'second' });
  expect(lines.join('')).not.toMatch(/first|second/);
});

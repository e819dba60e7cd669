import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createEndpointEnvironment } from '../../../../../services/shared/models/settings/endpoint-environment.ts';

async function emptyFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scale-keys-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'endpoint-keys');
}

test('settings and file bind together, and what is added to the file counts at once', async () => {
  const file = await emptyFile();
  const environment = { ONE: '1', TWO: '2', PATH: '/bin' };
  const endpointKeys = [{ variable: 'ONE', baseUrl: 'http://a' }];
  const environmentFor = createEndpointEnvironment(environment, { endpointKeys, endpointKeysFile: file });
  expect([environmentFor('http://a/v1'), environmentFor('http://b/v1')]).toEqual([{ ONE: '1' }, {}]);
  await writeFile(file, 'TWO=http://b/v1\n');
  expect([environmentFor('http://a/v1'), environmentFor('http://b/v1')]).toEqual([{ ONE: '1' }, { TWO: '2' }]);
});

test('a bound variable may be given as a file, and no other file is opened', () => {
  const environment = { ONE_FILE: '/run/secrets/one', TWO_FILE: '/run/secrets/two' };
  const environmentFor = createEndpointEnvironment(environment, { endpointKeys: [{ variable: 'ONE', baseUrl: 'http://a' }] });
  expect(environmentFor('http://a/v1')).toEqual({ ONE_FILE: '/run/secrets/one' });
  expect(environmentFor('http://b/v1')).toEqual({});
});

test('a file that holds something else is named', async () => {
  const file = await emptyFile();
  await writeFile(file, 'TWO http://b/v1\n');
  expect(() => createEndpointEnvironment({}, { endpointKeys: [], endpointKeysFile: file })('http://b')).toThrow(file);
});

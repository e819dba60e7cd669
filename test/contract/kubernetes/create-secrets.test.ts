import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAccessFile } from '../../../services/coordinator/access/access-file.ts';
import { secrets } from '../../support/kubernetes/rules/link-rules.ts';

const run = promisify(execFile);
const script = join(import.meta.dirname, '../../../k8s/create-secrets');

describe('k8s/create-secrets', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scale-secrets-'));
    await mkdir(join(folder, 'bin'));
    // Notes what it is asked for in place of a cluster.
    await writeFile(join(folder, 'bin/kubectl'), `#!/bin/sh\necho "$*" >>'${folder}/calls'\n`);
    await chmod(join(folder, 'bin/kubectl'), 0o755);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const create = async (overlay: string) => {
    await writeFile(join(folder, 'calls'), '');
    const environment = { ...process.env, PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}` };
    await run(script, [overlay, join(folder, overlay)], { env: environment });
    return secretsIn(await readFile(join(folder, 'calls'), 'utf8'));
  };

  test('makes the secrets that the rules know, each with its files', async () => {
    const made = { ...(await create('local')), ...(await create('production')) };
    const known = Object.fromEntries(Object.entries(secrets).filter(([name]) => name !== 'scale-endpoint-keys'));
    expect(made).toEqual(known);
  });

  test('keeps a token as what the coordinator can read and nobody can use, and the same one when it is run again', async () => {
    await create('production');
    const token = await readFile(join(folder, 'production/client/token'), 'utf8');
    const [admin] = parseAccessFile(await readFile(join(folder, 'production/tokens.yaml'), 'utf8'), 'tokens.yaml');
    await create('production');
    const { stdout } = await run('sh', ['-c', `printf %s "${token.trim()}" | openssl dgst -sha256 -r`]);
    expect(admin).toMatchObject({ name: 'admin', role: 'admin' });
    expect(admin?.tokenDigest?.toString('hex')).toBe(stdout.split(' ')[0]);
    expect(await readFile(join(folder, 'production/client/token'), 'utf8')).toBe(token);
    expect((await stat(join(folder, 'production/client/token'))).mode & 0o077).toBe(0);
  });

  test('refuses an overlay that there is not', async () => {
    await expect(run(script, ['prod'])).rejects.toMatchObject({ code: 2 });
  });
});

/** By name, the files that each was made of. */
function secretsIn(calls: string): Record<string, string[]> {
  const made = calls.split('\n').flatMap((line) => {
    const [, name, files = ''] = /^create secret generic (\S+) --namespace scale (.*) --dry-run/.exec(line) ?? [];
    return name === undefined
      ? []
      : [[name, [...files.matchAll(/--from-file=([^= ]+)=/g)].map(([, file = '']) => file)] as const];
  });
  return Object.fromEntries(made);
}

import { execFile } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkServerIdentity } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAccessFile } from '../../../services/coordinator/access/access-file.ts';
import { createSecrets } from '../../support/kubernetes/create-secrets.ts';
import { findKustomize, render } from '../../support/kubernetes/render.ts';
import { secrets } from '../../support/kubernetes/rules/link-rules.ts';

const kustomize = await findKustomize();

describe('k8s/create-secrets', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scale-secrets-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('makes the secrets that the rules know, each with its files', async () => {
    const made = { ...(await createSecrets('local', join(folder, 'local'))), ...(await createSecrets('production', folder)) };
    const { 'scale-endpoint-keys': _byHand, ...known } = secrets;
    expect(Object.fromEntries(Object.entries(made).map(([name, files]) => [name, Object.keys(files)]))).toEqual(known);
  });

  test('keeps a token as what the coordinator can read and nobody can use, and the same one when it is run again', async () => {
    await createSecrets('production', folder);
    const token = await readFile(join(folder, 'access/client/token'), 'utf8');
    const [admin] = parseAccessFile(await readFile(join(folder, 'access/tokens.yaml'), 'utf8'), 'tokens.yaml');
    await createSecrets('production', folder);
    expect(admin).toMatchObject({ name: 'admin', role: 'admin' });
    expect(admin?.tokenDigest?.toString('hex')).toBe(createHash('sha256').update(token.trim()).digest('hex'));
    expect(await readFile(join(folder, 'access/client/token'), 'utf8')).toBe(token);
    expect((await stat(join(folder, 'access/client/token'))).mode & 0o077).toBe(0);
  });

  test.skipIf(kustomize === undefined)(
    'makes certificates for every name by which the services of production know a server',
    async () => {
      const made = await createSecrets('production', folder);
      const rendered = await render(kustomize ?? [], 'k8s/overlays/production');
      const certificateOf = async (secret: string) => new X509Certificate(await readFile(made[secret]?.['cert.pem'] ?? ''));
      const [nats, control] = [await certificateOf('scale-nats-server'), await certificateOf('scale-control-tls')];
      const urls = rendered.environment(rendered.workload('executor')).SCALE_NATS_URL?.split(',') ?? [];
      expect(urls).toHaveLength(3);
      expect(urls.flatMap((url) => refusalOf(nats, new URL(url).hostname))).toEqual([]);
      const names = ['localhost', 'coordinator', 'coordinator.scale.svc'];
      expect(names.flatMap((name) => refusalOf(control, name))).toEqual([]);
      expect(refusalOf(nats, 'elsewhere.nats')).not.toEqual([]);
    },
  );

  test('refuses an overlay that there is not', async () => {
    const script = join(import.meta.dirname, '../../../k8s/create-secrets');
    await expect(promisify(execFile)(script, ['prod'])).rejects.toMatchObject({ code: 2 });
  });
});

/** As a client of Node.js judges. */
function refusalOf(certificate: X509Certificate, host: string): string[] {
  const error = checkServerIdentity(host, certificate.toLegacyObject());
  return error === undefined ? [] : [error.message];
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSecrets } from '../../support/kubernetes/create-secrets.ts';
import { startPodsAsProcesses } from '../../support/kubernetes/pods-as-processes.ts';
import { findKustomize, render, renderWith } from '../../support/kubernetes/render.ts';
import { startCli } from '../../support/run-cli.ts';

const kustomize = await findKustomize();
const found = kustomize ?? [];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-overlay-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(kustomize === undefined)(
  'every pod of an overlay as a process, with the settings, files and secrets of its own',
  () => {
    test('local: a search from the command line ends well', async () => {
      const rendered = await render(found, 'k8s/overlays/local');
      const secrets = await createSecrets('local', join(folder, 'local'));
      await using pods = await startPodsAsProcesses({ folder: join(folder, 'local'), rendered, secrets });
      const access = { SCALE_TOKEN_FILE: join(folder, 'local/access/client/token') };
      expect(await search(pods.coordinator, join(folder, 'local'), access)).toMatchObject({ code: 0 });
      expect(await doctor(pods.coordinator, access)).toMatchObject({ code: 0 });
    });

    test('production: three NATS servers, TLS, credentials and roles; a caller without a token is refused', async () => {
      const [rendered, local] = await Promise.all([
        renderWith(found, 'production', ['simulator']),
        render(found, 'k8s/overlays/local'),
      ]);
      // The simulated model in place of the model servers, by the names that the run file has.
      Object.assign(rendered.get('ConfigMap', 'scale-endpoints') ?? {}, {
        data: local.get('ConfigMap', 'scale-endpoints')?.data,
      });
      const secrets = await createSecrets('production', join(folder, 'production'));
      await using pods = await startPodsAsProcesses({ folder: join(folder, 'production'), rendered, secrets });
      const ca = { SCALE_CA_FILE: join(folder, 'production/access/ca.pem') };
      const access = { ...ca, SCALE_TOKEN_FILE: join(folder, 'production/access/client/token') };
      expect(await search(pods.coordinator, join(folder, 'production'), ca)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/token/),
      });
      expect(await search(pods.coordinator, join(folder, 'production'), access)).toMatchObject({ code: 0 });
      expect(await doctor(pods.coordinator, access)).toMatchObject({ code: 0 });
    });
  },
);

async function search(server: string, at: string, environment: NodeJS.ProcessEnv) {
  const args = ['run', 'k8s/try.yaml', '--server', server, '--data-dir', join(at, 'data')];
  return await startCli(args, { environment }).ended;
}

async function doctor(server: string, environment: NodeJS.ProcessEnv) {
  return await startCli(['doctor', '--server', server], { environment }).ended;
}

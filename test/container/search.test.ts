import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { hasCompose } from '../support/cluster/compose.ts';
import {
  type ContainedCluster,
  leadingCoordinator,
  startCluster,
  startComposed,
  untilCalls,
} from '../support/cluster/contained-cluster.ts';
import { buildImages, docker, startedEngine } from '../support/cluster/container-engine.ts';

const engine = await startedEngine();
const runFile = `name: contained
seed: 3
benchmark: { name: sample, limit: 40 }
models: { executor: { model: qwen-plus, endpoint: cluster }, optimizer: { model: qwen3-8b, endpoint: cluster } }
search: { max_rounds: 6, convergence: off }
evaluation: { method: scale, few_shot_ratio: 0.1, warm_up_rounds: 2 }
`;

let folder = '';
let certificates: Certificates;
let undisturbed = '';

// A machine without an engine counts these as skipped.
describe.skipIf(engine === undefined)(`a search, on ${engine ?? 'a container engine, of which none runs here'}`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scale-containers-'));
    [certificates] = await Promise.all([makeCertificates(), buildImages()]);
    await using cluster = await startCluster(await ownFolder('undisturbed'), certificates.folder);
    undisturbed = digest(await cluster.search(runFile));
  }, 600_000);
  afterAll(async () => {
    await certificates[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test('with TLS and credentials, an executor and the leading coordinator killed, ends with the log of an undisturbed one', async () => {
    await using cluster = await startCluster(await ownFolder('disturbed'), certificates.folder);
    expect(await disturbedSearch(cluster)).toBe(undisturbed);
  });

  test.skipIf(!hasCompose())(
    'does so by deploy/compose.yaml too',
    async () => {
      await using cluster = await startComposed(await ownFolder('composed'), certificates.folder);
      expect(await disturbedSearch(cluster)).toBe(undisturbed);
    },
    300_000,
  );
});

async function ownFolder(name: string): Promise<string> {
  await mkdir(join(folder, name));
  return join(folder, name);
}

/** No other is started for what is killed: the second executor and the second coordinator take over. */
async function disturbedSearch(cluster: ContainedCluster): Promise<string> {
  const searching = cluster.search(runFile);
  const disturbing = (async () => {
    await untilCalls(cluster, 40);
    await docker('kill', cluster.executors[0] ?? '');
    await untilCalls(cluster, 90);
    await docker('kill', await leadingCoordinator(cluster));
  })();
  const [log] = await Promise.all([searching, disturbing]);
  return digest(log);
}

function digest(log: Buffer): string {
  return createHash('sha256').update(log).digest('hex');
}

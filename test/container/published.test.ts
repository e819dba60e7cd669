import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { natsVariables, type OpenCluster, startCluster } from '../support/cluster/contained-cluster.ts';
import { buildImages, images, startedEngine } from '../support/cluster/container-engine.ts';

const engine = await startedEngine();
const deploy = join(import.meta.dirname, '../../deploy');
const workflow = ['/etc/scale/served/workflow.yaml', '--run-file', '/etc/scale/served/run.yaml'];

describe.skipIf(engine === undefined)(`what people reach, on ${engine ?? 'a container engine, of which none runs here'}`, () => {
  let folder = '';
  let certificates: Certificates;
  let cluster: OpenCluster;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scale-published-'));
    [certificates] = await Promise.all([makeCertificates(), buildImages()]);
    cluster = await startCluster(folder, certificates.folder);
  }, 600_000);
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
    await certificates[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** What a client gets, with the token that deploy/certificates made and without. */
  const ask = async (address: string) => {
    const token = (await readFile(certificates.file('serve', 'token'), 'utf8')).trim();
    const models = await fetch(`${address}/v1/models`, { headers: { authorization: `Bearer ${token}` } });
    const { data } = (await models.json()) as { data: { id: string }[] };
    const body = JSON.stringify({ model: data[0]?.id, messages: [{ role: 'user', content: 'What is 2 and 3?' }] });
    const post = (headers: Record<string, string>) =>
      fetch(`${address}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      });
    const refused = await post({});
    const reply = await post({ authorization: `Bearer ${token}` });
    return { refused: refused.status, status: reply.status, text: await reply.text() };
  };
  const served = (image: string, words: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    cluster.publish({
      ...{ image, words: ['serve', ...workflow, ...words], port: 8080, path: '/healthz' },
      environment: { SCALE_SERVE_TOKEN_FILE: '/etc/scale/secrets/token', ...environment },
      mounts: [`${join(deploy, 'served')}:/etc/scale/served`, `${certificates.folder}/serve:/etc/scale/secrets`],
    });

  test('a workflow answers from the image that serves it', async () => {
    const answer = await ask(await served(images.serve, []));
    expect(answer).toMatchObject({ refused: 401, status: 200 });
    expect(JSON.parse(answer.text)).toMatchObject({ choices: [{ message: { content: expect.stringMatching(/./) } }] });
  });

  test('it answers over the executors of the cluster, whose models it need not reach', async () => {
    const answer = await ask(await served(images.service, ['--cluster', 'tls://nats:4222'], natsVariables));
    expect(answer).toMatchObject({ refused: 401, status: 200 });
    expect(JSON.parse(answer.text)).toMatchObject({ usage: { total_tokens: expect.any(Number) } });
  });

  test('the dashboard shows itself, and refuses what comes without a token', async () => {
    const address = await cluster.publish({
      ...{ image: images.service, words: ['dashboard'], port: 7080, path: '/' },
      environment: {
        SCALE_SERVER: 'coordinator:7070',
        SCALE_CA_FILE: '/etc/scale/secrets/ca.pem',
        SCALE_DASHBOARD_HOST: '0.0.0.0',
        SCALE_DASHBOARD_PLAINTEXT: 'trusted-network',
      },
      mounts: [`${certificates.folder}/ca.pem:/etc/scale/secrets/ca.pem`],
    });
    const page = await fetch(address);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
    expect((await fetch(`${address}/api/runs`)).status).toBe(401);
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lookAtBatches } from '../../../services/cli/doctor/look-at-batches.ts';
import { Endpoint } from '../../../services/shared/contracts/generated/scale/v1/control.ts';
import { startSimulator } from '../../../services/simulator/start-simulator.ts';
import { startBatchServer } from '../../support/batch-server.ts';
import { startCli } from '../../support/run-cli.ts';

const never = new AbortController().signal;

test('scale doctor says of an endpoint with `batch` whether its server lists batches', async () => {
  await using good = await startBatchServer();
  const at = (baseUrl: string) => ({
    ...Endpoint.fromPartial({ model: 'm', baseUrl, batch: { window: '24h' } }),
    simulated: false,
  });
  expect(await lookAtBatches(at(good.url), {}, never)).toBeUndefined();
  await using without = await startBatchServer({
    instead: (route) => (route === 'GET /batches' ? { status: 404, body: { detail: 'Not Found' } } : undefined),
  });
  expect(await lookAtBatches(at(without.url), {}, never)).toMatch(/does not list batches \(HTTP 404\)/);
});

test('the command says so of the endpoint that has `batch`, and of no other', async () => {
  await using server = await startSimulator({ known: [] });
  const folder = await mkdtemp(join(tmpdir(), 'scale-doctor-batches-'));
  try {
    const file = join(folder, 'run.yaml');
    const at = { base_url: server.url };
    const models = { executor: { endpoint: 'later', model: 'a' }, optimizer: { endpoint: 'now', model: 'b' } };
    const endpoints = { later: { ...at, batch: true }, now: at };
    await writeFile(file, JSON.stringify({ benchmark: 'sample', models, endpoints }));
    const { stdout, stderr } = await startCli(['doctor', '--run-file', file, '--json', '--data-dir', join(folder, '.scale')])
      .ended;
    const { checks } = JSON.parse(stdout) as { readonly checks: readonly { readonly name: string; readonly found: string }[] };
    const found = (name: string) => checks.find((check) => check.name === name)?.found;
    expect(found('endpoint of a'), stderr).toBe(`${server.url}, which lists batches`);
    expect(found('endpoint of b'), stderr).toBe(server.url);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ModelSettings, RunConfiguration } from '../../../services/domain/run/configuration.ts';
import type { Endpoint } from '../../../services/shared/contracts/generated/scale/v1/control.ts';
import type { Job } from '../../../services/shared/contracts/generated/scale/v1/job.ts';
import type { ModelCall } from '../../../services/shared/contracts/generated/scale/v1/result.ts';
import { systemTiming } from '../../../services/shared/lifecycle/timing.ts';
import { createEndpointEnvironment } from '../../../services/shared/models/settings/endpoint-environment.ts';
import { clusterBaseUrl } from '../../../services/shared/models/settings/endpoint-settings.ts';
import { noProxies } from '../../../services/shared/models/settings/proxy-settings.ts';
import { createModelClients, type ModelJob } from '../../../services/shared/worker/calls/model-clients.ts';
import { answer, startFaultyEndpoint } from '../../support/faulty-endpoint.ts';
import { noAccount } from '../../support/no-account.ts';

const never = new AbortController().signal;

const settings: ModelSettings = {
  model: 'qwen3-8b',
  temperature: 0,
  topP: 1,
  maxTokens: 9,
  chatTemplateKwargs: {},
  sendSeed: true,
};

function jobOf(baseUrl: string, change: Partial<ModelJob> = {}): ModelJob & { readonly journaled: ModelCall[] } {
  const journaled: ModelCall[] = [];
  const endpoint: Endpoint = { model: 'qwen3-8b', baseUrl, apiKeyVariable: '', maxConcurrency: 2, timeoutMs: 2_000 };
  const configuration = { executor: settings, optimizer: { ...settings, model: 'qwen-plus' } } as RunConfiguration;
  return {
    job: { jobId: 'execute-hash-0-0' } as Job,
    run: { runId: 'r', configuration, endpoints: [endpoint] },
    role: 'executor',
    prefixKey: 'hash',
    seed: [1, 'hash', 'q', 0],
    draw: [0],
    journal: new Map(),
    record: async (call) => void journaled.push(call),
    stored: async () => undefined,
    account: noAccount,
    ...change,
    journaled,
  };
}

const ask = (callId: string) => ({
  callId,
  purpose: 'propose' as const,
  messages: [{ role: 'user' as const, content: 'How many?' }],
});

test('a job asks, journals each call, and after a crash pays only for what it had not asked', async () => {
  await using server = await startFaultyEndpoint(answer('Seven.'));
  const models = createModelClients(() => ({}), systemTiming, Math.random);
  const first = jobOf(server.baseUrl);
  const { client, calls } = models.clientFor(first);
  await client.complete(ask('b/0'), never);
  await client.complete(ask('a/0'), never);
  expect(first.journaled.map(({ callId }) => callId)).toEqual(['b/0', 'a/0']);
  expect(calls().map(({ callId }) => callId)).toEqual(['a/0', 'b/0']);

  const again = models.clientFor(jobOf(server.baseUrl, { journal: new Map(calls().map((call) => [call.callId, call])) }));
  await again.client.complete(ask('a/0'), never);
  await again.client.complete(ask('c/0'), never);
  expect(again.calls().map(({ callId }) => callId)).toEqual(['a/0', 'c/0']);
  const callIds = server.requests.map(({ path, headers }) => (path === '/v1/models' ? 'list' : headers['x-scale-call-id']));
  // The endpoint is looked at once, before its first call.
  expect(callIds.sort()).toEqual(['a/0', 'b/0', 'c/0', 'list', 'look']);
  await models.close();
});

test('runs with the same endpoints share their limits', async () => {
  await using server = await startFaultyEndpoint(answer('Seven.'));
  await using other = await startFaultyEndpoint(answer('Eight.'));
  const models = createModelClients(() => ({}), systemTiming, Math.random);
  models.clientFor(jobOf(server.baseUrl));
  models.clientFor(jobOf(server.baseUrl));
  expect(models.health()).toHaveLength(1);
  models.clientFor(jobOf(other.baseUrl));
  expect(models.health()).toHaveLength(2);
  await models.close();
});

test('a model without an endpoint is refused with its name', () => {
  const models = createModelClients(() => ({}), systemTiming, Math.random);
  expect(() => models.clientFor(jobOf('http://gpu-1/v1', { role: 'optimizer' }))).toThrow(
    'the run names no endpoint for the model qwen-plus',
  );
});

test("a run that asks for the cluster's endpoint is served where the cluster's file says, also when that changes", async () => {
  await using one = await startFaultyEndpoint(answer('one'));
  await using two = await startFaultyEndpoint(answer('two'));
  let servers: readonly string[] | undefined = [one.baseUrl];
  let changed = (): void => {};
  const refused: string[] = [];
  const endpoint = { model: 'qwen3-8b', apiKeyVariable: '', maxConcurrency: 2, timeoutMs: 2_000 };
  const models = createModelClients(() => ({}), systemTiming, Math.random, noProxies, undefined, undefined, {
    endpoints: {
      serversOf: () => servers?.map((baseUrl) => ({ ...endpoint, baseUrl })),
      onChange: (listener) => {
        changed = listener;
      },
    },
    environment: {},
    refused: ({ message }) => void refused.push(message),
  });
  const { client } = models.clientFor(jobOf(clusterBaseUrl));
  let calls = 0;
  const texts = async (): Promise<string[]> => {
    const asked = Array.from({ length: 8 }, async () => {
      calls += 1;
      // As jobs of different workflows.
      const job = models.clientFor(jobOf(clusterBaseUrl, { prefixKey: `hash-${calls}` }));
      return (await job.client.complete(ask(`${calls}/0`), never)).text;
    });
    return [...new Set(await Promise.all(asked))].sort();
  };
  expect(await texts()).toEqual(['one']);
  servers = [one.baseUrl, two.baseUrl];
  changed();
  expect(await texts()).toEqual(['one', 'two']);
  servers = [two.baseUrl];
  changed();
  expect(await texts()).toEqual(['two']);
  expect((await client.complete(ask('same-job/0'), never)).text).toBe('two');
  servers = undefined;
  changed();
  expect(refused).toEqual([
    "the run asks for the cluster's endpoint of the model qwen3-8b, but the workers' SCALE_ENDPOINTS_FILE names none",
  ]);
  expect(await texts()).toEqual(['two']);
  await models.close();
});

test('a key in a file is looked up again, and a file that cannot be used leaves the key of before', async () => {
  await using server = await startFaultyEndpoint(answer('Seven.'));
  const folder = await mkdtemp(join(tmpdir(), 'scale-keys-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'key');
  await writeFile(file, 'the-first-key\n');
  const refused: string[] = [];
  const environmentFor = createEndpointEnvironment(
    { MY_KEY_FILE: file },
    { endpointKeys: [{ variable: 'MY_KEY', baseUrl: server.baseUrl }] },
  );
  const models = createModelClients(environmentFor, systemTiming, Math.random, noProxies, undefined, undefined, {
    endpoints: { serversOf: () => undefined, onChange: () => {} },
    environment: {},
    refused: ({ message }) => refused.push(message),
  });
  const job = jobOf(server.baseUrl);
  const run = { ...job.run, endpoints: job.run.endpoints.map((endpoint) => ({ ...endpoint, apiKeyVariable: 'MY_KEY' })) };
  const keyOfNextCall = async (callId: string) => {
    await models.clientFor({ ...job, run }).client.complete(ask(callId), never);
    return server.requests.find(({ headers }) => headers['x-scale-call-id'] === callId)?.headers.authorization;
  };
  expect(await keyOfNextCall('a/0')).toBe('Bearer the-first-key');
  await writeFile(file, 'the-second-key\n');
  models.lookUpKeys();
  expect(await keyOfNextCall('b/0')).toBe('Bearer the-second-key');
  await rm(file);
  models.lookUpKeys();
  models.lookUpKeys();
  expect(await keyOfNextCall('c/0')).toBe('Bearer the-second-key');
  expect(refused).toEqual([`endpoint ${server.baseUrl}: MY_KEY_FILE names ${file}, which does not exist`]);
  await models.close();
});

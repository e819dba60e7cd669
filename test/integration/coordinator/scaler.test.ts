import { credentials, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ChildService, mainOf, startChildService } from '../../../services/cli/cluster/child-service.ts';
import { encodeBenchmark } from '../../../services/shared/contracts/benchmark-codec.ts';
import { configurationToProto } from '../../../services/shared/contracts/configuration-codec.ts';
import {
  ExternalScalerClient,
  type GetMetricsResponse,
  type IsActiveResponse,
  type ScaledObjectRef,
} from '../../../services/shared/contracts/generated/externalscaler/externalscaler.ts';
import { RunStatus } from '../../../services/shared/contracts/generated/scale/v1/control.ts';
import type { Bus } from '../../../services/shared/messaging/bus.ts';
import { connectBus } from '../../../services/shared/messaging/nats-bus.ts';
import { createLogger } from '../../../services/shared/telemetry/logger.ts';
import { benchmark, configuration } from '../../simulation/made-up-work.ts';
import { newRunId, runManifest } from '../../support/bus-messages.ts';
import { startTestNatsServer, type TestNatsServer } from '../../support/nats-server.ts';

let nats: TestNatsServer;
let bus: Bus;
const coordinators: ChildService[] = [];
const clients: ExternalScalerClient[] = [];
const never = new AbortController().signal;

async function startCoordinator(name: string): Promise<void> {
  const environment = {
    ...{ PATH: process.env.PATH ?? '', SCALE_NATS_URL: nats.url, SCALE_WORKER_NAME: name, SCALE_PARENT_LEASH: 'ipc' },
    ...{ SCALE_HEALTH_PORT: '0', SCALE_CONTROL_PORT: '0', SCALE_SCALER_PORT: '0', SCALE_LOG_LEVEL: 'silent' },
  };
  const service = await startChildService({ name, script: mainOf('coordinator'), environment }, never);
  coordinators.push(service);
  clients.push(new ExternalScalerClient(service.addresses.scaler ?? '', credentials.createInsecure()));
}

beforeAll(async () => {
  nats = await startTestNatsServer();
  const logger = createLogger({ service: 'test', version: '0', level: 'silent' });
  bus = await connectBus({ servers: [nats.url], name: 'test', logger });
  await startCoordinator('one');
  await startCoordinator('two');
});
afterAll(async () => {
  for (const client of clients) client.close();
  await Promise.all(coordinators.map((service) => service.kill()));
  await bus?.close();
  await nats?.kill();
});

const asked = (scalerMetadata: Record<string, string>): ScaledObjectRef => ({ name: 'x', namespace: 'scale', scalerMetadata });

/** What each of the coordinators answers. */
function replicas(metadata: Record<string, string>): Promise<(number | string)[]> {
  const ask = (client: ExternalScalerClient) =>
    new Promise<number | string>((resolve) => {
      const request = { scaledObjectRef: asked(metadata), metricName: 'scale-replicas' };
      client.getMetrics(request, (error, response?: GetMetricsResponse) => {
        const [value] = response?.metricValues ?? [];
        resolve(error ? `${status[error.code]}: ${error.details}` : (value?.metricValueFloat ?? Number.NaN));
      });
    });
  return Promise.all(clients.map(ask));
}

/** What a coordinator has pushed so far. */
function pushed(client: ExternalScalerClient | undefined, metadata: Record<string, string>): boolean[] {
  const told: boolean[] = [];
  const stream = client?.streamIsActive(asked(metadata));
  stream?.on('data', ({ result }: IsActiveResponse) => told.push(result));
  stream?.on('error', () => undefined);
  return told;
}

const executor = { role: 'executor', slotsPerPod: '4' };

test('any coordinator tells KEDA how many replicas have something to do, as soon as there is a run', async () => {
  const told = clients.map((client) => pushed(client, executor));
  await expect.poll(() => told).toEqual([[false], [false]]);
  expect(await replicas(executor)).toEqual([0, 0]);

  await bus.blobs.put(encodeBenchmark(benchmark));
  const runId = newRunId();
  const settings = configuration(1);
  const model = settings.executor.model;
  await bus.runs.put({
    ...runManifest(runId, RunStatus.RUNNING),
    configuration: configurationToProto(settings),
    maxInFlight: 0,
    endpoints: [{ model, baseUrl: 'http://127.0.0.1:9/v1', apiKeyVariable: '', maxConcurrency: 64, timeoutMs: 0 }],
  });
  const began = performance.now();
  await expect
    .poll(() => told, { interval: 10 })
    .toEqual([
      [false, true],
      [false, true],
    ]);
  console.info(
    `both said that executors are wanted ${Math.round(performance.now() - began)} ms after the run's manifest was written`,
  );

  // Nobody works: what is outstanding stays so.
  const jobs = async () => (await bus.jobs.count('execute', runId)).queued;
  await expect.poll(jobs).toBe(benchmark.queries.length);
  const wanted = Math.ceil(benchmark.queries.length / 4);
  expect(await replicas(executor)).toEqual([wanted, wanted]);
  const ofModel = { role: 'model', model, concurrencyPerReplica: '2' };
  expect(await replicas(ofModel)).toEqual([2 * wanted, 2 * wanted]);
  expect(await replicas({ ...ofModel, model: 'another' })).toEqual([0, 0]);

  const [taken] = await bus.jobs.pull('execute', runId, { max: 1, waitMs: 2_000 }, never);
  await bus.runs.update(runId, (manifest) => ({ ...manifest, status: RunStatus.PAUSED }));
  await expect.poll(() => replicas(executor)).toEqual([1, 1]);
  await taken?.ack();
  await expect
    .poll(() => told)
    .toEqual([
      [false, true, false],
      [false, true, false],
    ]);
  expect(await replicas(executor)).toEqual([0, 0]);
});

test('refuses a key that it does not know', async () => {
  const [answer] = await replicas({ ...executor, slotPerPod: '8' });
  expect(answer).toMatch(/^INVALID_ARGUMENT: .*slotPerPod is not known for role executor/);
});

test('answers with an error where it cannot know, and never with 0', async () => {
  await nats.kill();
  const answers = await replicas(executor);
  for (const answer of answers) expect(answer).toMatch(/^UNAVAILABLE: /);
});

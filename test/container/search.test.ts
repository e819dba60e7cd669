import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GenericContainer, Network, type StartedNetwork, type StartedTestContainer, Wait } from 'testcontainers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildImages, images, ServiceContainer, startedEngine } from '../support/container-engine.ts';

const engine = await startedEngine();

let folder = '';
let network: StartedNetwork;
const started: StartedTestContainer[] = [];

// A machine without an engine counts these as skipped.
describe.skipIf(engine === undefined)(`on ${engine ?? 'a container engine, of which none runs here'}`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scale-containers-'));
    await chmod(folder, 0o755);
    network = await new Network().start();
    await buildImages();
  }, 600_000);
  afterAll(async () => {
    await Promise.all(started.map((container) => container.stop({ timeout: 1000 })));
    await network.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  test('a search with each service in a container, an executor and a coordinator killed, ends with the log of an undisturbed one', async () => {
    const undisturbed = await search('undisturbed', async () => {});
    const disturbed = await search('disturbed', async (cluster) => {
      await untilCalls(cluster.simulator, 40);
      await cluster.kill('executor');
      await untilCalls(cluster.simulator, 90);
      await cluster.kill('coordinator');
    });
    expect(disturbed.equals(undisturbed)).toBe(true);
  }, 300_000);
});

interface Cluster {
  readonly simulator: StartedTestContainer;
  /** Ends one without warning and starts another. */
  kill(service: 'executor' | 'coordinator'): Promise<void>;
}

/** The log of one search on a cluster of its own. */
async function search(name: string, during: (cluster: Cluster) => Promise<void>): Promise<Buffer> {
  const nats = await keep(
    new GenericContainer('nats:2')
      .withNetwork(network)
      .withNetworkAliases(`${name}-nats`)
      .withCommand(['-js', '-sd', '/tmp/jetstream'])
      .withWaitStrategy(Wait.forLogMessage(/Server is ready/)),
  );
  const service = (role: string, variables: Record<string, string>, alias = role) =>
    keep(
      new ServiceContainer(role === 'executor' ? images.sandbox : images.service)
        .withName(`${name}-${alias}-${started.length}-${process.pid}`)
        .withNetwork(network)
        .withNetworkAliases(`${name}-${alias}`)
        .withCommand([role])
        .withEnvironment({
          SCALE_NATS_URL: `nats://${name}-nats:4222`,
          SCALE_LEASE_TTL_MS: '2000',
          SCALE_ACK_WAIT_MS: '4000',
          ...variables,
        })
        .withWaitStrategy(Wait.forLogMessage(/"msg":"running"/)),
    );
  const token = { SCALE_CONTROL_TOKEN: 'a-token-of-this-test-alone', SCALE_CONTROL_PLAINTEXT: 'trusted-network' };
  const controlled = { ...token, SCALE_CONTROL_HOST: '0.0.0.0' };
  const slow = { SCALE_SIMULATOR_HOST: '0.0.0.0', SCALE_SIMULATOR_FIRST_TOKEN_MS: '60' };
  const simulator = await service('simulator', slow);
  const running = {
    coordinator: await service('coordinator', controlled),
    executor: await service('executor', {}, 'executor-1'),
  };
  await Promise.all([service('executor', {}, 'executor-2'), service('predictor', {})]);
  const runFile = join(folder, `${name}.yaml`);
  const results = join(folder, name);
  await mkdir(results);
  await chmod(results, 0o777);
  await writeFile(runFile, runFileFor(`http://${name}-simulator:8000/v1`));
  const command = run(name, runFile, results, token);
  await during({
    simulator,
    async kill(role) {
      await running[role].stop({ timeout: 0 });
      running[role] = await service(role, role === 'coordinator' ? controlled : {}, role === 'executor' ? 'executor-1' : role);
    },
  });
  await command;
  await nats.stop();
  const [runId = ''] = await readdir(join(results, 'runs'));
  return readFile(join(results, 'runs', runId, 'events.binpb'));
}

async function run(name: string, runFile: string, results: string, token: Record<string, string>): Promise<void> {
  const words = ['run', '--rm', '--network', network.getName(), '-v', `${runFile}:/run.yaml:ro`, '-v', `${results}:/results`];
  const secrets = Object.entries(token).flatMap(([variable, value]) => ['-e', `${variable}=${value}`]);
  const command = ['scale', 'run', '/run.yaml', '--server', `${name}-coordinator:7070`, '--data-dir', '/results'];
  await promisify(execFile)('docker', [...words, ...secrets, images.service, ...command], { timeout: 200_000 });
}

async function keep(container: GenericContainer): Promise<StartedTestContainer> {
  const beganMs = performance.now();
  const running = await container.start();
  console.info(`${running.getName()} runs after ${Math.round(performance.now() - beganMs)} ms`);
  started.push(running);
  return running;
}

/** Waits until the simulated model has answered so many calls. */
async function untilCalls(simulator: StartedTestContainer, calls: number): Promise<void> {
  const count = `fetch('http://127.0.0.1:8000/metrics').then((reply) => reply.text()).then((text) => console.log(text))`;
  for (;;) {
    const { output } = await simulator.exec(['node', '-e', count]);
    const answered = [...output.matchAll(/^vllm:request_success_total\S* (\d+)/gm)].reduce(
      (sum, [, each]) => sum + Number(each),
      0,
    );
    if (answered >= calls) return;
  }
}

/** Both clusters have the same endpoint by name, since addresses are no part of a run. */
function runFileFor(baseUrl: string): string {
  return `name: contained
seed: 3
benchmark: { name: sample, limit: 40 }
models: { executor: { model: qwen-plus, endpoint: there }, optimizer: { model: qwen3-8b, endpoint: there } }
endpoints: { there: { base_url: "${baseUrl}", max_concurrency: 8 } }
search: { max_rounds: 6, convergence: off }
evaluation: { method: scale, few_shot_ratio: 0.1, warm_up_rounds: 2 }
`;
}

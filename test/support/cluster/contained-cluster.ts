import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Network, Wait } from 'testcontainers';
import { docker, images, ServiceContainer } from './container-engine.ts';

const run = promisify(execFile);
const project = join(import.meta.dirname, '../../..');
const composeFile = join(project, 'deploy/compose.yaml');
/** Short enough that a test need not wait long for what a killed container held. */
const clocks = { SCALE_LEASE_TTL_MS: '2000', SCALE_ACK_WAIT_MS: '4000' };
const firstTokenMs = '60';

/** A whole cluster, each service in a container of its own, with TLS, credentials and a token. */
export interface ContainedCluster extends AsyncDisposable {
  readonly simulator: string;
  readonly executors: readonly string[];
  readonly coordinators: readonly string[];
  /** The log of a search, started by `scale run --server` from one more container. */
  search(runFile: string): Promise<Buffer>;
}

/** One more service of a cluster, which people reach. */
export interface Published {
  readonly image: string;
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** "SOURCE:TARGET" of files and folders. */
  readonly mounts: readonly string[];
  readonly port: number;
  /** Answered once it is up. */
  readonly path: string;
}

export interface OpenCluster extends ContainedCluster {
  /** Where it is reached from this machine. */
  publish(service: Published): Promise<string>;
}

/** Started one container at a time by testcontainers. */
export async function startCluster(folder: string, secrets: string): Promise<OpenCluster> {
  await using stack = new AsyncDisposableStack();
  const network = await new Network().start();
  stack.defer(() => network.stop().then(() => undefined));
  const start = async (role: string, container: ServiceContainer): Promise<string> => {
    const beganMs = performance.now();
    const started = await container.withNetwork(network).withNetworkAliases(role).start();
    console.info(`${role} runs after ${Math.round(performance.now() - beganMs)} ms`);
    stack.defer(() => started.stop({ timeout: 0 }).then(() => undefined));
    return started.getId();
  };
  const bound = (pairs: readonly string[]) =>
    pairs.map((pair) => {
      const [source = '', target = ''] = pair.split(':');
      return { source, target, mode: 'ro' as const };
    });
  const service = (role: string, environment: Record<string, string>, ...others: readonly string[]) =>
    start(
      role,
      new ServiceContainer(role === 'executor' ? images.sandbox : images.service)
        .withCommand([role])
        .withEnvironment({ ...natsVariables, ...clocks, ...environment })
        .withBindMounts(role === 'simulator' ? [] : bound([`${secrets}/${role}:/etc/scale/secrets`, ...others]))
        .withWaitStrategy(Wait.forLogMessage(/"msg":"running"/)),
    );
  await start(
    'nats',
    new ServiceContainer('nats:2')
      .withCommand(['-c', '/etc/nats/nats-server.conf'])
      .withTmpFs({ '/data': 'rw' })
      .withBindMounts([
        ...['nats-server.conf', 'accounts.conf'].map((name) => ({
          source: join(project, 'deploy/nats', name),
          target: `/etc/nats/${name}`,
          mode: 'ro' as const,
        })),
        { source: `${secrets}/nats`, target: '/etc/nats/secrets', mode: 'ro' },
      ])
      .withWaitStrategy(Wait.forLogMessage(/Server is ready/)),
  );
  const slow = { SCALE_SIMULATOR_HOST: '0.0.0.0', SCALE_SIMULATOR_FIRST_TOKEN_MS: firstTokenMs };
  const controlled = {
    SCALE_CONTROL_HOST: '0.0.0.0',
    SCALE_CONTROL_CERT_FILE: '/etc/scale/secrets/cert.pem',
    SCALE_CONTROL_KEY_FILE: '/etc/scale/secrets/key.pem',
    SCALE_CONTROL_TOKENS_FILE: '/etc/scale/secrets/tokens.yaml',
  };
  const endpoints = { SCALE_ENDPOINTS_FILE: '/etc/scale/endpoints/simulated.yaml' };
  const endpointsMount = `${join(project, 'deploy/endpoints')}:/etc/scale/endpoints`;
  const simulator = await service('simulator', slow);
  const coordinators = [await service('coordinator', controlled), await service('coordinator', controlled)];
  const executors = [await service('executor', endpoints, endpointsMount), await service('executor', endpoints, endpointsMount)];
  await service('predictor', endpoints, endpointsMount);
  const search = (runFile: string) =>
    searchWith(folder, runFile, (results) => [
      ...['docker', 'run', '--rm', '--network', network.getName(), '--read-only', '--user', `${process.getuid?.()}`],
      ...['-v', `${secrets}/client:/etc/scale/secrets:ro`, '-v', `${results}:/runs`, '-w', '/runs'],
      ...Object.entries(clientVariables).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
      ...[images.service, 'scale', 'run', 'search.yaml'],
    ]);
  const publish = async ({ image, words, environment, mounts, port, path }: Published): Promise<string> => {
    const container = await new ServiceContainer(image)
      .withCommand([...words])
      .withEnvironment({ ...environment })
      .withBindMounts(bound(mounts))
      .withNetwork(network)
      .withExposedPorts(port)
      .withWaitStrategy(Wait.forHttp(path, port))
      .start();
    moved.defer(() => container.stop({ timeout: 0 }).then(() => undefined));
    return `http://${container.getHost()}:${container.getMappedPort(port)}`;
  };
  const moved = stack.move();
  return { simulator, executors, coordinators, search, publish, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

export const natsVariables = {
  SCALE_NATS_URL: 'tls://nats:4222',
  SCALE_NATS_CA_FILE: '/etc/scale/secrets/ca.pem',
  SCALE_NATS_CERT_FILE: '/etc/scale/secrets/cert.pem',
  SCALE_NATS_KEY_FILE: '/etc/scale/secrets/key.pem',
  SCALE_NATS_CREDENTIALS_FILE: '/etc/scale/secrets/nats-credentials',
};
const clientVariables = {
  SCALE_SERVER: 'coordinator:7070',
  SCALE_CA_FILE: '/etc/scale/secrets/ca.pem',
  SCALE_TOKEN_FILE: '/etc/scale/secrets/token',
};

/** Started by `docker compose -f deploy/compose.yaml up`. */
export async function startComposed(folder: string, secrets: string): Promise<ContainedCluster> {
  const name = `scale-test-${process.pid}`;
  const env = {
    ...process.env,
    ...clocks,
    SCALE_IMAGE: images.service,
    SCALE_SANDBOX_IMAGE: images.sandbox,
    SCALE_SECRETS: secrets,
    SCALE_RUNS: join(folder, 'runs'),
    SCALE_USER: `${process.getuid?.()}`,
    SCALE_SIMULATOR_FIRST_TOKEN_MS: firstTokenMs,
    CONTROL_PORTS: '',
  };
  const compose = async (...words: readonly string[]): Promise<string> => {
    const { stdout } = await run('docker', ['compose', '-p', name, '-f', composeFile, '--profile', 'simulated', ...words], {
      env,
    });
    return stdout.trim();
  };
  await using stack = new AsyncDisposableStack();
  stack.defer(() => compose('down', '--volumes', '--timeout', '0').then(() => undefined));
  const beganMs = performance.now();
  await compose('up', '--no-build', '--detach', '--wait');
  console.info(`docker compose: every service is healthy after ${Math.round(performance.now() - beganMs)} ms`);
  const containersOf = async (service: string): Promise<string[]> => (await compose('ps', '--quiet', service)).split('\n');
  const [simulator = ''] = await containersOf('simulator');
  const [executors, coordinators] = [await containersOf('executor'), await containersOf('coordinator')];
  const search = (runFile: string) =>
    searchWith(
      folder,
      runFile,
      () => ['docker', 'compose', '-p', name, '-f', composeFile, 'run', '--rm', 'scale', 'run', 'search.yaml'],
      env,
    );
  const moved = stack.move();
  return { simulator, executors, coordinators, search, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

async function searchWith(
  folder: string,
  runFile: string,
  commandFor: (results: string) => readonly string[],
  env = process.env,
): Promise<Buffer> {
  const results = join(folder, 'runs');
  await mkdir(results, { recursive: true });
  await writeFile(join(results, 'search.yaml'), runFile);
  const [command = '', ...words] = commandFor(results);
  await run(command, words, { timeout: 200_000, env });
  const [runId = ''] = await readdir(join(results, '.scale/runs'));
  return readFile(join(results, '.scale/runs', runId, 'events.binpb'));
}

/** Waits until the simulated model has answered so many calls. */
export async function untilCalls({ simulator }: ContainedCluster, calls: number): Promise<void> {
  for (;;) {
    const answered = await metric(simulator, 'http://127.0.0.1:8000/metrics', 'vllm:request_success_total');
    if (answered >= calls) return;
  }
}

/** The coordinator that drives the cluster's only run. */
export async function leadingCoordinator({ coordinators }: ContainedCluster): Promise<string> {
  for (;;) {
    for (const container of coordinators) {
      if ((await metric(container, 'http://127.0.0.1:9090/metrics', 'scale_runs_led')) > 0) return container;
    }
  }
}

/** The sum of a metric over its labels. */
async function metric(container: string, url: string, name: string): Promise<number> {
  const ask = `fetch('${url}').then((reply) => reply.text()).then((text) => console.log(text))`;
  const text = await docker('exec', container, 'node', '-e', ask);
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, type FileHandle, mkdir, open, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChildService, mainOf, startChildService } from '../../../services/cli/cluster/child-service.ts';
import { findNatsServer } from '../../../services/shared/toolchain/find-nats-server.ts';
import type { MadeSecrets } from './create-secrets.ts';
import { type Rendered, serviceOf, type Workload } from './manifest.ts';

/** Three servers that elect their leaders, and the streams that a coordinator makes on them, take 20 s on a busy machine. */
const readyWithinMs = 120_000;

export interface PodsAsProcesses extends AsyncDisposable {
  /** host:port */
  readonly coordinator: string;
}

interface Place {
  readonly folder: string;
  readonly rendered: Rendered;
  readonly secrets: MadeSecrets;
}

/**
 * Starts every pod of an overlay as a process on this machine: its command and arguments, its environment, its ConfigMaps and
 * Secrets as files. Only what a cluster would give is put in: addresses for names, free ports, folders for mounts.
 */
export async function startPodsAsProcesses(place: Place): Promise<PodsAsProcesses> {
  const { rendered } = place;
  const pods = rendered.workloads.flatMap((workload) =>
    // Two of each are as good as more.
    Array.from(
      { length: workload.metadata.name === 'nats' ? (workload.spec.replicas ?? 1) : Math.min(workload.spec.replicas ?? 1, 2) },
      (_, index) => ({
        workload,
        name: `${workload.metadata.name}-${index}`,
      }),
    ),
  );
  const ports = await freePorts(pods.length * 4);
  const addressOf = new Map(
    pods.flatMap(({ workload, name }) => portsOf(workload).map((port) => [`${name}:${port}`, ports.pop() ?? 0] as const)),
  );
  const servers: JoinedServer[] = [];
  const logs: FileHandle[] = [];
  const services: Promise<ChildService>[] = [];
  for (const { workload, name } of pods) {
    const root = join(place.folder, 'pods', name);
    const local = (text: string) => localised(text, name, root, addressOf);
    await mountFiles(place, workload, root, local);
    const [container] = workload.spec.template.spec.containers;
    const given = Object.entries(rendered.environment(workload)).map(([key, value]) => [
      key,
      local(value.replace('pod-0', name)),
    ]);
    const environment = { ...Object.fromEntries(given), PATH: process.env.PATH ?? '' } as Record<string, string>;
    const service = serviceOf(workload);
    if (service === undefined) {
      const log = await open(join(root, 'log'), 'w');
      const { path } = await findNatsServer({ environment: process.env });
      const begin = () =>
        spawn(path, (container?.args ?? []).map(local), { env: environment, stdio: ['ignore', log.fd, log.fd] });
      servers.push(keepJoined(begin, `http://127.0.0.1:${addressOf.get(`${name}:8222`)}`));
      logs.push(log);
      continue;
    }
    for (const [variable, port] of Object.entries({
      SCALE_HEALTH_PORT: 9090,
      SCALE_CONTROL_PORT: 7070,
      SCALE_SIMULATOR_PORT: 8000,
    })) {
      if (environment[variable] !== undefined) environment[variable] = String(addressOf.get(`${name}:${port}`));
    }
    const command = { name, script: mainOf(service), logFile: join(root, 'log'), readyWithinMs };
    const started = startChildService(
      { ...command, environment: { ...environment, SCALE_PARENT_LEASH: 'ipc' } },
      new AbortController().signal,
    );
    services.push(started);
  }
  const stop = async () => {
    const running = await Promise.allSettled(services);
    await Promise.all(running.map((each) => (each.status === 'fulfilled' ? each.value.kill() : undefined)));
    await Promise.all(servers.map((server) => server.stop()));
    await Promise.all(logs.map((log) => log.close()));
  };
  try {
    await Promise.all(services);
  } catch (error) {
    await stop();
    throw error;
  }
  return { coordinator: `localhost:${addressOf.get('coordinator-0:7070')}`, [Symbol.asyncDispose]: stop };
}

interface JoinedServer {
  stop(): Promise<void>;
}

const joinsWithinMs = 20_000;

/**
 * A NATS server that is started again where it does not join the others, as somebody would do: on a busy machine two of three
 * may agree on a cluster of two, which the third then waits for in vain (seen with 2.10.27).
 */
function keepJoined(begin: () => ChildProcess, monitorUrl: string): JoinedServer {
  const over = new AbortController();
  let server = begin();
  const kill = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  };
  const hasJoined = async (): Promise<boolean> => {
    const answer = fetch(`${monitorUrl}/healthz?js-server-only=true`, { signal: AbortSignal.timeout(2_000) });
    return await answer.then(({ ok }) => ok).catch(() => false);
  };
  const watch = async (): Promise<void> => {
    let sinceMs = performance.now();
    while (!over.signal.aborted && !(await hasJoined())) {
      await sleep(200);
      if (over.signal.aborted || performance.now() - sinceMs < joinsWithinMs) continue;
      await kill();
      server = begin();
      sinceMs = performance.now();
    }
  };
  const watching = watch();
  return {
    async stop() {
      over.abort();
      await watching;
      await kill();
    },
  };
}

function portsOf({ spec }: Workload): number[] {
  return spec.template.spec.containers.flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort));
}

/** The same text with what the cluster's DNS and a container's own file system would make of it. */
function localised(text: string, pod: string, root: string, addressOf: ReadonlyMap<string, number>): string {
  return text
    .replace(/\b([a-z]+-\d)\.[a-z]+:(\d+)/g, (_, name, port) => `127.0.0.1:${addressOf.get(`${name}:${port}`)}`)
    .replace(/\/\/([a-z]+):(\d+)/g, (_, name, port) => `//127.0.0.1:${addressOf.get(`${name}-0:${port}`)}`)
    .replace(/\b0\.0\.0\.0:(\d+)/g, (_, port) => `127.0.0.1:${addressOf.get(`${pod}:${port}`)}`)
    .replace(/^0\.0\.0\.0$/, '127.0.0.1')
    .replace(/(?<=^|[ "])(?=\/(etc|data|run)\b)/gm, root);
}

async function mountFiles(
  { rendered, secrets }: Place,
  { spec }: Workload,
  root: string,
  local: (text: string) => string,
): Promise<void> {
  const { volumes = [], containers } = spec.template.spec;
  for (const { name, mountPath } of containers.flatMap(({ volumeMounts = [] }) => volumeMounts)) {
    const folder = join(root, mountPath);
    await mkdir(folder, { recursive: true });
    const volume = volumes.find((each) => each.name === name);
    const texts = volume?.configMap === undefined ? {} : (rendered.get('ConfigMap', volume.configMap.name)?.data ?? {});
    for (const [file, text] of Object.entries(texts)) await writeFile(join(folder, file), local(text));
    const files = volume?.secret === undefined ? {} : (secrets[volume.secret.secretName] ?? {});
    for (const [file, path] of Object.entries(files)) await copyFile(path, join(folder, file));
  }
}

/** Held together until all are known, so that none is given twice. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

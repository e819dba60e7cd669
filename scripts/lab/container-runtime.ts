import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ContainerPlan, inContainer, startContainerProcess } from './container-process.ts';
import type { ContainerConfig, PodSandboxConfig } from './cri-messages.ts';
import { labImage } from './images.ts';
import { createPodNetwork, type PodNetwork } from './pod-network.ts';

/** A pod's surroundings, which its containers share. */
export interface Sandbox {
  readonly id: string;
  readonly config: PodSandboxConfig;
  readonly createdNs: number;
  readonly network: PodNetwork;
  readonly resolvConf: string;
  isReady: boolean;
}

export interface Container {
  readonly id: string;
  readonly sandboxId: string;
  readonly config: ContainerConfig;
  readonly plan: ContainerPlan;
  readonly createdNs: number;
  startedNs: number;
  finishedNs: number;
  exitCode: number;
  process: ChildProcess | undefined;
  /** Resolves once the process has ended. */
  ended: Promise<void>;
}

/** Runs pods as processes of this machine, at a kubelet's word. */
export interface ContainerRuntime {
  readonly sandboxes: ReadonlyMap<string, Sandbox>;
  readonly containers: ReadonlyMap<string, Container>;
  runSandbox(config: PodSandboxConfig): Promise<string>;
  stopSandbox(id: string): Promise<void>;
  removeSandbox(id: string): Promise<void>;
  createContainer(sandboxId: string, config: ContainerConfig): string;
  startContainer(id: string): Promise<void>;
  /** SIGTERM, then SIGKILL after the time. */
  stopContainer(id: string, withinMs: number): Promise<void>;
  removeContainer(id: string): Promise<void>;
  exec(id: string, command: readonly string[], withinMs: number): Promise<ExecResult>;
}

export interface ExecResult {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly exit_code: number;
}

/**
 * @param folder on another file system than `/`
 * @param logs where what containers say is kept, in files named after pod, container and attempt
 */
export function createContainerRuntime(folder: string, logs: string): ContainerRuntime {
  const sandboxes = new Map<string, Sandbox>();
  const containers = new Map<string, Container>();
  const named = (id: string): Container => {
    const container = containers.get(id);
    if (container === undefined) throw new Error(`there is no container ${id}`);
    return container;
  };
  const stopContainer = async (id: string, withinMs: number): Promise<void> => {
    const container = containers.get(id);
    const running = container?.process;
    if (container === undefined || running?.pid === undefined) return;
    running.kill('SIGTERM');
    const { pid } = running;
    const timer = setTimeout(() => process.kill(-pid, 'SIGKILL'), withinMs);
    await container.ended;
    clearTimeout(timer);
  };
  const stopSandbox = async (id: string): Promise<void> => {
    const sandbox = sandboxes.get(id);
    if (sandbox === undefined || !sandbox.isReady) return;
    sandbox.isReady = false;
    await Promise.all([...containers.values()].filter((each) => each.sandboxId === id).map((each) => stopContainer(each.id, 0)));
    await sandbox.network.remove();
  };
  return {
    ...{ sandboxes, containers, stopContainer, stopSandbox },
    async runSandbox(config) {
      const id = newId();
      const network = await createPodNetwork(id);
      const { servers = [], searches = [], options = [] } = config.dns_config ?? {};
      const resolvConf = join(folder, `${id}.resolv.conf`);
      const lines = [
        ...servers.map((server) => `nameserver ${server}`),
        `search ${searches.join(' ')}`,
        `options ${options.join(' ')}`,
      ];
      await writeFile(resolvConf, `${lines.join('\n')}\n`);
      sandboxes.set(id, { id, config, createdNs: nowNs(), network, resolvConf, isReady: true });
      return id;
    },
    async removeSandbox(id) {
      await stopSandbox(id);
      for (const container of containers.values()) if (container.sandboxId === id) containers.delete(container.id);
      sandboxes.delete(id);
    },
    createContainer(sandboxId, config) {
      const sandbox = sandboxes.get(sandboxId);
      if (sandbox === undefined) throw new Error(`there is no sandbox ${sandboxId}`);
      const id = newId();
      const plan = planOf(sandbox, config, join(folder, id), logs);
      containers.set(id, {
        ...{ id, sandboxId, config, plan, createdNs: nowNs() },
        ...{ startedNs: 0, finishedNs: 0, exitCode: 0, process: undefined, ended: Promise.resolve() },
      });
      return id;
    },
    async startContainer(id) {
      const container = named(id);
      const child = await startContainerProcess(container.plan);
      container.process = child;
      container.startedNs = nowNs();
      container.ended = new Promise((resolve) => {
        child.once('exit', (code, signal) => {
          container.exitCode = code ?? (signal === 'SIGKILL' ? 137 : 143);
          container.finishedNs = nowNs();
          container.process = undefined;
          // What it left behind has nobody to belong to.
          if (child.pid !== undefined) killGroup(child.pid);
          resolve();
        });
      });
    },
    async removeContainer(id) {
      await stopContainer(id, 0);
      containers.delete(id);
    },
    exec: (id, command, withinMs) => execIn(named(id), command, withinMs),
  };
}

function planOf(
  { network, config: pod, resolvConf }: Sandbox,
  config: ContainerConfig,
  folder: string,
  logs: string,
): ContainerPlan {
  const image = labImage(config.image?.image ?? '');
  if (image === undefined) throw new Error(`the laboratory has nothing to run in place of the image ${config.image?.image}`);
  const security = config.linux?.security_context;
  const given = Object.fromEntries((config.envs ?? []).map(({ key, value }) => [key, value.toString()]));
  const uid = security?.run_as_user?.value ?? image.uid;
  const mounts = (config.mounts ?? []).map(({ host_path, container_path, readonly }) => ({
    ...{ from: host_path, to: container_path, readOnly: readonly },
  }));
  return {
    ...{ folder, namespace: network.namespace },
    command: image.commandFor(config.command ?? [], config.args ?? []),
    environment: { ...image.environment, HOSTNAME: pod.hostname, HOME: '/', ...given },
    workingDirectory: config.working_dir || '/',
    mounts: [...mounts, { from: resolvConf, to: '/etc/resolv.conf', readOnly: true }],
    user: { uid, gid: security?.run_as_group?.value ?? uid, groups: security?.supplemental_groups ?? [] },
    readOnlyRoot: security?.readonly_rootfs ?? false,
    logFile: join(pod.log_directory, config.log_path),
    keptLog: join(logs, `${pod.metadata.name}_${config.metadata.name}_${config.metadata.attempt}.log`),
  };
}

function execIn(container: Container, command: readonly string[], withinMs: number): Promise<ExecResult> {
  const pid = container.process?.pid;
  if (pid === undefined) throw new Error(`container ${container.id} is not running`);
  return new Promise((resolve, reject) => {
    const child = inContainer(pid, container.plan, command);
    const said = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    child.stdout?.on('data', (chunk: Buffer) => said.stdout.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => said.stderr.push(chunk));
    const timer = withinMs > 0 ? setTimeout(() => child.kill('SIGKILL'), withinMs) : undefined;
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ stdout: Buffer.concat(said.stdout), stderr: Buffer.concat(said.stderr), exit_code: code ?? 137 });
    });
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It left nothing.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function newId(): string {
  return randomBytes(16).toString('hex');
}

function nowNs(): number {
  return Date.now() * 1_000_000;
}

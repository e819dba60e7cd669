import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

export interface ContainerPlan {
  /** A folder of its own on another file system than `/`, for what it may write. */
  readonly folder: string;
  /** Of `ip netns`. */
  readonly namespace: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly mounts: readonly ContainerMount[];
  readonly user: ContainerUser;
  readonly readOnlyRoot: boolean;
  /** In the form that `kubectl logs` reads; gone with the pod. */
  readonly logFile: string;
  /** The lines alone, which stay. */
  readonly keptLog: string;
}

export interface ContainerMount {
  readonly from: string;
  readonly to: string;
  readonly readOnly: boolean;
}

export interface ContainerUser {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/**
 * Starts a process as a container has it: the pod's network, this machine's files read-only or under a layer of their own, the
 * volumes where the pod says, its user without any capability, and no environment but the pod's. Every step replaces the process
 * before it, so that the child is the container's own process, and a signal to it reaches the program.
 */
export async function startContainerProcess(plan: ContainerPlan): Promise<ChildProcess> {
  const { folder, namespace, command, environment, logFile, keptLog } = plan;
  await mkdir(folder, { recursive: true });
  await mkdir(dirname(logFile), { recursive: true });
  const script = join(folder, 'start');
  await writeFile(script, startScript(plan));
  const child = spawn(
    '/usr/bin/nsenter',
    [`--net=/run/netns/${namespace}`, '/usr/bin/unshare', '--mount', '/bin/sh', script, ...command],
    { env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const log = createWriteStream(logFile, { flags: 'a' });
  const kept = createWriteStream(keptLog, { flags: 'a' });
  for (const [name, stream] of Object.entries({ stdout: child.stdout, stderr: child.stderr })) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${new Date().toISOString()} ${name} F ${line}\n`);
      kept.write(`${line}\n`);
    });
  }
  return child;
}

/** A command inside a container that runs, as its user and with its environment. */
export function inContainer(pid: number, { user, environment }: ContainerPlan, command: readonly string[]): ChildProcess {
  const words = ['--target', String(pid), '--mount', '--net', '--root', '--wd', '/usr/bin/setpriv', ...asUser(user)];
  return spawn('/usr/bin/nsenter', [...words, ...command], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Arguments of `setpriv`. */
export function asUser({ uid, gid, groups }: ContainerUser): string[] {
  const others = groups.length === 0 ? '--clear-groups' : `--groups=${groups.join(',')}`;
  const none = ['--inh-caps=-all', '--ambient-caps=-all', '--bounding-set=-all', '--no-new-privs'];
  return [`--reuid=${uid}`, `--regid=${gid}`, others, ...none];
}

function startScript({ folder, mounts, user, readOnlyRoot, workingDirectory }: ContainerPlan): string {
  const root = join(folder, 'root');
  const bind = ({ from, to, readOnly }: ContainerMount): string => `
    if [ -d ${quoted(from)} ]; then mkdir -p ${quoted(root + to)}; else mkdir -p ${quoted(dirname(root + to))}; touch ${quoted(root + to)}; fi
    mount --bind ${quoted(from)} ${quoted(root + to)}
    ${readOnly ? `mount -o remount,bind,ro ${quoted(root + to)}` : ''}`;
  // A mount within another one comes after it.
  const sorted = [...mounts].sort((one, other) => one.to.length - other.to.length);
  return `set -e
    export PATH_OF_POD="$PATH" PATH=/usr/sbin:/usr/bin:/sbin:/bin
    mkdir -p ${quoted(root)} ${quoted(`${folder}/upper`)} ${quoted(`${folder}/work`)}
    mount -t overlay overlay -o lowerdir=/,upperdir=${folder}/upper,workdir=${folder}/work ${quoted(root)}
    mount -t proc proc ${quoted(`${root}/proc`)}
    mount --rbind /dev ${quoted(`${root}/dev`)}
    mount --rbind /sys ${quoted(`${root}/sys`)}
    ${sorted.map(bind).join('')}
    ${readOnlyRoot ? `mount -o remount,ro ${quoted(root)}` : ''}
    cd /
    PATH="$PATH_OF_POD"; unset PATH_OF_POD
    exec /usr/sbin/chroot ${quoted(root)} /usr/bin/setpriv ${asUser(user).join(' ')} \\
      /usr/bin/env --chdir=${quoted(workingDirectory)} -- "$@"
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

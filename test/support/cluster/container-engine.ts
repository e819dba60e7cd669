import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GenericContainer } from 'testcontainers';

const run = promisify(execFile);
const project = join(import.meta.dirname, '../../..');

export const images = {
  base: 'node:24-bookworm-slim',
  service: 'scale-under-test',
  sandbox: 'scale-sandbox-under-test',
  serve: 'scale-serve-under-test',
};

/** The container engine of this machine, e.g. "Docker 28.2.2"; undefined where none runs. */
export async function startedEngine(): Promise<string | undefined> {
  // The helper container that would clear up after a test that is killed comes from a registry, which not everyone reaches.
  process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true';
  try {
    return `Docker ${await docker('version', '--format', '{{.Server.Version}}')}`;
  } catch {
    return undefined;
  }
}

/** What the command printed. */
export async function docker(...words: readonly string[]): Promise<string> {
  const { stdout } = await run('docker', words, { timeout: 120_000, maxBuffer: 64 * 1024 ** 2 });
  return stdout.trim();
}

/** What a container has said on both its streams. */
export async function logOf(container: string): Promise<string> {
  const { stdout, stderr } = await run('docker', ['logs', container], { timeout: 120_000, maxBuffer: 64 * 1024 ** 2 });
  return stdout + stderr;
}

/** All images of deploy/Dockerfile, as testcontainers builds: without buildx. */
export async function buildImages(): Promise<void> {
  for (const target of ['service', 'sandbox', 'serve'] as const) {
    await GenericContainer.fromDockerfile(project, 'deploy/Dockerfile').withTarget(target).build(images[target]);
  }
}

/** How deploy/compose.yaml and the manifests run a service: with a root that is read-only and no privilege. */
export const hardening = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges:true'];

/** A container of the image under {@link hardening}. */
export class ServiceContainer extends GenericContainer {
  constructor(image: string) {
    super(image);
    this.hostConfig.ReadonlyRootfs = true;
    this.withTmpFs({ '/tmp': 'rw' }).withDroppedCapabilities('ALL').withSecurityOpt('no-new-privileges:true');
  }
}

/** Of an image, in MB. */
export async function imageSize(image: string): Promise<number> {
  return Number(await docker('image', 'inspect', '--format', '{{.Size}}', image)) / 1e6;
}

/** The path of each file in an image, without the folders. */
export async function filesOf(image: string): Promise<string[]> {
  const container = await docker('create', image);
  try {
    const { stdout } = await run('sh', ['-c', 'docker export "$1" | tar -t', 'sh', container], { maxBuffer: 64 * 1024 ** 2 });
    return stdout.split('\n').filter((path) => path !== '' && !path.endsWith('/'));
  } finally {
    await docker('rm', container);
  }
}

export const sandboxProfile = join(project, 'deploy/sandbox-seccomp.json');

export function readProject(path: string): Promise<string> {
  return readFile(join(project, path), 'utf8');
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The container engine of this machine, e.g. "Docker 28.2.2"; undefined where none runs. */
export async function startedEngine(): Promise<string | undefined> {
  // The helper container that would clear up after a test that is killed comes from a registry, which not everyone reaches.
  process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true';
  try {
    const { stdout } = await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 10_000 });
    return `Docker ${stdout.trim()}`;
  } catch {
    return undefined;
  }
}

/** Of two images, in MB. */
export async function imageSizes(base: string, own: string): Promise<{ readonly base: number; readonly own: number }> {
  const [first = 0, second = 0] = await Promise.all([base, own].map(sizeOf));
  return { base: first, own: second };
}

async function sizeOf(image: string): Promise<number> {
  const { stdout } = await run('docker', ['image', 'inspect', '--format', '{{.Size}}', image]);
  return Number(stdout) / 1e6;
}

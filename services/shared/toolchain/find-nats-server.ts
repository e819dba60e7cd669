import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import { isExecutable } from './is-executable.ts';
import { isClone, packageFolder } from './package-folder.ts';
import { isAtLeast, oldestNatsServer } from './versions.ts';

export type NatsServerOrigin = 'NATS_SERVER_BIN' | 'PATH' | 'downloaded';

export interface NatsServerBinary {
  readonly path: string;
  /** E.g. "2.10.27". */
  readonly version: string;
  readonly origin: NatsServerOrigin;
}

export interface NatsServerSearch {
  /** The variables to read: NATS_SERVER_BIN, PATH and XDG_DATA_HOME. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where what was downloaded is. Default: that of toolsFolderOf. */
  readonly toolsFolder?: string;
  /** Searched after PATH. Default: the usual ones, since Debian's /usr/sbin is not on everyone's PATH. */
  readonly systemFolders?: readonly string[];
}

/** A place that was tried, and why its server cannot be used. */
export interface RejectedNatsServer {
  readonly path: string;
  readonly origin: NatsServerOrigin;
  readonly reason: string;
}

const whereFrom = "from your system's packages or https://github.com/nats-io/nats-server/releases";

/** No nats-server on this machine is new enough; `rejected` lists those found. */
export class NatsServerNotFoundError extends ScaleError {
  readonly kind = 'unreachable';
  readonly rejected: readonly RejectedNatsServer[];

  constructor(rejected: readonly RejectedNatsServer[]) {
    const seen = rejected.map(({ path, reason }) => `${path} ${reason}`).join('; ');
    super(
      `no nats-server ${oldestNatsServer} or newer was found${seen === '' ? '' : ` (${seen})`}. ` +
        `${isClone ? 'Run scripts/setup' : `Install one (${whereFrom})`}, or set NATS_SERVER_BIN to the path of one.`,
    );
    this.rejected = rejected;
  }
}

/**
 * Finds a nats-server to start: NATS_SERVER_BIN, and only that if it is set; otherwise PATH and the system's folders; then
 * what was downloaded before.
 * @throws NatsServerNotFoundError
 */
export async function findNatsServer(search: NatsServerSearch): Promise<NatsServerBinary> {
  const rejected: RejectedNatsServer[] = [];
  for (const { path, origin } of placesToLook(search)) {
    if (origin !== 'NATS_SERVER_BIN' && !(await isExecutable(path))) continue;
    const answer = await askVersion(path);
    if ('version' in answer && isAtLeast(answer.version, oldestNatsServer)) return { path, origin, version: answer.version };
    rejected.push({ path, origin, reason: 'version' in answer ? `is ${answer.version}` : answer.problem });
  }
  throw new NatsServerNotFoundError(rejected);
}

function placesToLook(search: NatsServerSearch): { path: string; origin: NatsServerOrigin }[] {
  const named = search.environment.NATS_SERVER_BIN;
  if (named !== undefined && named !== '') return [{ path: named, origin: 'NATS_SERVER_BIN' }];
  const system = search.systemFolders ?? ['/usr/local/bin', '/usr/local/sbin', '/usr/sbin'];
  const folders = [...(search.environment.PATH ?? '').split(delimiter), ...system];
  const onPath = [...new Set(folders.filter((folder) => folder !== ''))];
  return [
    ...onPath.map((folder) => ({ path: join(folder, 'nats-server'), origin: 'PATH' as const })),
    { path: join(search.toolsFolder ?? toolsFolderOf(search.environment), 'nats-server'), origin: 'downloaded' },
  ];
}

/** What is downloaded belongs to a clone; an installed package is replaced as a whole, so its user keeps it. */
export function toolsFolderOf({ XDG_DATA_HOME: share }: NatsServerSearch['environment']): string {
  if (isClone) return join(packageFolder(), '.tools');
  return join(share === undefined || share === '' ? join(homedir(), '.local', 'share') : share, 'scale');
}

async function askVersion(path: string): Promise<{ version: string } | { problem: string }> {
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 10_000, env: {} });
    const version = /\bv(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1];
    return version === undefined
      ? { problem: `is not nats-server: --version prints ${JSON.stringify(stdout.trim())}` }
      : { version };
  } catch (error) {
    return { problem: `cannot be run: ${error instanceof Error ? error.message.trim() : String(error)}` };
  }
}

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import { findNatsServer, type NatsServerBinary, NatsServerNotFoundError, toolsFolderOf } from './find-nats-server.ts';
import { packageFolder } from './package-folder.ts';
import { oldestNatsServer } from './versions.ts';

export interface NatsServerToBring {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told before anything is downloaded. */
  notice(message: string): void;
}

/** None was there, and none could be brought. */
class NatsServerNotBroughtError extends ScaleError {
  readonly kind = 'unreachable';
}

const remedy =
  `Install nats-server ${oldestNatsServer} or newer from your system's packages or https://github.com/nats-io/nats-server/releases, ` +
  'or set NATS_SERVER_BIN to the path of one.';

/** The script itself says what it has tried; this is for where it could not be run, or not to its end. */
function describeFailure(error: NodeJS.ErrnoException & { readonly killed?: boolean }): string {
  if (error.code === 'ENOENT') return 'there is no nats-server here, and no bash to bring one with';
  if (error.killed) return `no nats-server could be brought within ${timeoutMs / 1_000} s`;
  return `no nats-server could be brought: ${error.message}`;
}

/** Packages of a few releases are looked through, of some megabytes each. */
const timeoutMs = 300_000;

/**
 * The nats-server of this machine; one that is missing is brought, into the clone or into the user's data folder, from where
 * scripts/setup-nats-server knows. One that NATS_SERVER_BIN names is used or refused.
 * @throws NatsServerNotFoundError, NatsServerNotBroughtError
 */
export async function bringNatsServer(
  { environment, notice }: NatsServerToBring,
  signal: AbortSignal,
): Promise<NatsServerBinary> {
  try {
    return await findNatsServer({ environment });
  } catch (error) {
    if (!(error instanceof NatsServerNotFoundError) || (environment.NATS_SERVER_BIN ?? '') !== '') throw error;
  }
  const tools = toolsFolderOf(environment);
  notice(`no nats-server here: bringing one into ${tools} (once) ...`);
  const script = join(packageFolder(), 'scripts', 'setup-nats-server');
  try {
    await promisify(execFile)('bash', [script], { env: { ...environment, TOOLS_FOLDER: tools }, timeout: timeoutMs, signal });
  } catch (error) {
    signal.throwIfAborted();
    const said = (error as { readonly stderr?: string }).stderr?.trim();
    throw new NatsServerNotBroughtError(said || `${describeFailure(error as NodeJS.ErrnoException)}. ${remedy}`, {
      cause: error,
    });
  }
  return findNatsServer({ environment });
}

import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { isExecutable } from '../toolchain/is-executable.ts';
import { isAtLeast } from '../toolchain/versions.ts';
import { SandboxError } from './sandbox-error.ts';

/** The oldest that can list its own modules, which judging needs. */
export const oldestPython = '3.10';

export interface PythonBinary {
  readonly path: string;
  /** E.g. "3.11.2". */
  readonly version: string;
  /** The folder of its standard library and all that belongs to it, e.g. "/usr". */
  readonly prefix: string;
}

export interface PythonSearch {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The only one to try. Default: every python3 in PATH, then the system's. */
  readonly path?: string;
}

/** Debian's python3-minimal, for example, lacks much of the standard library, which judging and programs need. */
const question =
  'import ctypes, decimal, hmac, os, sys, typing, unicodedata; print(sys.version.split()[0], os.path.realpath(sys.executable), sys.base_prefix, sep="\\n")';

/**
 * All Pythons that are new enough, in the order of PATH: the first may lie where a caged process cannot read it.
 * @throws SandboxError `no-python`
 */
export async function findPythons({ environment, path }: PythonSearch): Promise<PythonBinary[]> {
  const folders = [...(environment.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'].filter((folder) => folder !== '');
  const places = path === undefined ? [...new Set(folders.map((folder) => join(folder, 'python3')))] : [path];
  const found: PythonBinary[] = [];
  const rejected: string[] = [];
  for (const place of places) {
    if (path === undefined && !(await isExecutable(place))) continue;
    const answer = await askPython(place);
    if (typeof answer === 'string') rejected.push(`${place} ${answer}`);
    else if (!found.some((known) => known.path === answer.path)) found.push(answer);
  }
  if (found.length > 0) return found;
  const seen = rejected.length === 0 ? '' : ` (${rejected.join('; ')})`;
  throw new SandboxError(
    'no-python',
    `no python3 ${oldestPython} or newer with its whole standard library was found to run programs with${seen}. Install one (on Debian, the package python3), or set SCALE_SANDBOX_PYTHON to its path.`,
  );
}

async function askPython(place: string): Promise<PythonBinary | string> {
  try {
    const { stdout } = await promisify(execFile)(place, ['-I', '-S', '-B', '-c', question], { timeout: 20_000 });
    const [version = '', path = '', prefix = ''] = stdout.trim().split('\n');
    return isAtLeast(version, oldestPython) ? { path, version, prefix } : `is ${version}`;
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    const missing = /No module named '(\w+)'/.exec(stderr)?.[1];
    if (missing !== undefined) return `lacks the module ${missing} of the standard library`;
    return `does not run: ${message.split('\n')[0]}`;
  }
}

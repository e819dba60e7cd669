import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PythonBinary } from './find-python.ts';
import type { IsolationLevel } from './isolation.ts';

/** What a warm interpreter is told at its start; python/zygote.py reads it. */
export interface CageSettings {
  readonly level: IsolationLevel;
  /** This interpreter's own; programs see nothing of it except, at level plain, their own temporary folder in it. */
  readonly folder: string;
  /** Size of a program's temporary folder. */
  readonly folderBytes: number;
  /** Of a program, where seccomp cannot limit it to one. */
  readonly processes: number;
  /** Users that root becomes to run programs; the first that exists. */
  readonly uids: readonly number[];
  /** Guards to leave out, as on a kernel that lacks them. */
  readonly without: readonly ('seccomp' | 'landlock')[];
  /** A folder of packages that programs may import beyond Python's own, "" for none. */
  readonly packages: string;
}

export interface CageCommand {
  readonly command: string;
  readonly args: readonly string[];
}

const scripts = join(import.meta.dirname, 'python');
const scriptsInCage = '/sandbox';
const systemFolders = ['/usr', '/lib', '/lib64', '/lib32', '/libx32'];

/**
 * The command that starts a warm interpreter at a level of isolation, and leaves it the capabilities it needs to cage programs.
 */
export function cageCommand(python: PythonBinary, settings: CageSettings, isRoot: boolean): CageCommand {
  const readable = [...readableFolders(python), ...(settings.packages === '' ? [] : [settings.packages])];
  const zygote = (folder: string) => {
    // Not -I, which would ignore PYTHONHASHSEED: with a fixed one a program behaves the same on every machine. The other purposes
    // of -I are met anyway: the environment is ours, and the script's folder leaves the path before a program runs.
    return [python.path, '-s', '-S', '-B', join(folder, 'zygote.py'), JSON.stringify({ ...settings, readable })];
  };
  const asOwnRoot = isRoot ? [] : ['unshare', '--user', '--map-root-user', '--'];
  switch (settings.level) {
    case 'bwrap':
      return splitCommand([...asOwnRoot, 'bwrap', ...bwrapArguments(readable), ...zygote(scriptsInCage)]);
    case 'unshare': {
      const namespaces = ['--net', '--pid', '--mount', '--ipc', '--uts', '--fork', '--kill-child'];
      return splitCommand(['unshare', ...(isRoot ? [] : ['--user', '--map-root-user']), ...namespaces, '--', ...zygote(scripts)]);
    }
    case 'plain':
      return splitCommand(zygote(scripts));
  }
}

/** Nothing of the machine but programs and libraries; no /proc, so no trace of any other process either. */
function bwrapArguments(readable: readonly string[]): string[] {
  const binds = readable.flatMap((folder) =>
    lstatSync(folder).isSymbolicLink() ? ['--symlink', readlinkSync(folder), folder] : ['--ro-bind', folder, folder],
  );
  // Parent folders that bwrap creates would be accessible to root alone, and programs are not root.
  const ways = [...new Set(readable.flatMap(ancestorsOf))].flatMap((folder) => ['--perms', '0755', '--dir', folder]);
  const namespaces = ['--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-cgroup-try'];
  // The capabilities are for the interpreter, inside these namespaces: programs are forked without them.
  const rights = ['--die-with-parent', '--cap-add', 'ALL'];
  return [
    ...namespaces,
    ...rights,
    ...ways,
    ...binds,
    '--dev',
    '/dev',
    '--tmpfs',
    '/tmp',
    '--ro-bind',
    scripts,
    scriptsInCage,
    '--',
  ];
}

function readableFolders({ prefix }: PythonBinary): string[] {
  const system = systemFolders.filter((folder) => existsSync(folder));
  return system.some((folder) => prefix === folder || prefix.startsWith(`${folder}/`)) ? system : [...system, prefix];
}

function ancestorsOf(folder: string): string[] {
  const parent = dirname(folder);
  return parent === '/' ? [] : [...ancestorsOf(parent), parent];
}

function splitCommand([command = '', ...args]: readonly string[]): CageCommand {
  return { command, args };
}

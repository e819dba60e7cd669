import { basename, delimiter, dirname, join, resolve } from 'node:path';
import type { Environment } from '../shared/settings/environment.ts';
import { shortPath } from './short-path.ts';

/** How this program was started. */
export interface Invocation {
  /** The file that was started: a link of npm's, or scripts/scale of a clone. */
  readonly launcher: string;
  readonly environment: Environment;
  /** The clone that it belongs to; undefined in an installed package. */
  readonly clone: string | undefined;
}

/** Set by scripts/scale: the name under which the shell found it. */
export const launcherVariable = 'SCALE_LAUNCHER';

/** Folders that npm puts on PATH for what it starts; whoever reads a hint does not have them there. */
const npmFolder = join('node_modules', '.bin');

/**
 * What to type here to start this program once more. Never npx with the short name: npm's registry has a package of that name,
 * which is somebody else's.
 */
export function commandAsInvoked({ launcher, environment, clone }: Invocation): string {
  if (clone === undefined && environment.npm_lifecycle_event === 'npx') return 'npx scale-search';
  const name = basename(launcher);
  // Started by another's wrapper: that of an image, or of another package manager. What it is called there is not known.
  if (name.endsWith('.js')) return 'scale';
  const folder = dirname(resolve(launcher));
  const folders = (environment.PATH ?? '').split(delimiter).map((each) => resolve(each));
  if (folders.includes(folder) && !folder.endsWith(npmFolder)) return name;
  const path = shortPath(clone !== undefined && folder.endsWith(npmFolder) ? join(clone, 'scripts', 'scale') : resolve(launcher));
  const typed = path.includes('/') ? path : `./${path}`;
  return /^[\w@%+=:,./-]+$/.test(typed) ? typed : `'${typed.replaceAll("'", `'\\''`)}'`;
}

/** Sentences name commands as `scale list`, in backticks: here as they can be typed on this machine. */
export function inWordsOf(command: string, text: string): string {
  return command === 'scale' ? text : text.replaceAll(/`scale (?=[a-zA-Z-])/g, () => `\`${command} `);
}

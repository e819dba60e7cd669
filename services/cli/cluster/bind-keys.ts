import { appendFile, readFile } from 'node:fs/promises';
import type { Endpoint } from '../../shared/contracts/generated/scale/v1/control.ts';
import { keyBindingsOf, renderKeyBindings } from '../../shared/models/settings/key-bindings.ts';
import { CliError } from '../cli-error.ts';
import type { DataFolder } from './data-folder.ts';

/**
 * Lets the workers of this machine's cluster send the keys of a run to its endpoints, and nowhere else. They are bound by the
 * run file of a user who may write to this folder.
 * @param held the variables that the workers were started with
 * @throws CliError if they were started without one that the run needs
 */
export async function bindKeys(folder: DataFolder, endpoints: readonly Endpoint[], held: readonly string[]): Promise<void> {
  const wanted = keyBindingsOf(endpoints);
  const missing = wanted.find(({ variable }) => !held.includes(variable));
  if (missing !== undefined) {
    const message =
      `the cluster that runs on ${folder.root} was started without the key in ${missing.variable}: ` +
      'wait until it has ended, or give another --data-dir';
    throw new CliError('unreachable', message);
  }
  const known = new Set((await readFile(folder.endpointKeysFile, 'utf8').catch(() => '')).split('\n'));
  const lines = wanted.map((binding) => renderKeyBindings([binding])).filter((line) => !known.has(line.trimEnd()));
  // One write, appended: commands that start runs at the same time do not lose each other's lines.
  if (lines.length > 0) await appendFile(folder.endpointKeysFile, lines.join(''), { mode: 0o600 });
}

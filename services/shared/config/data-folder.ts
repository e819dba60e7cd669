import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Environment, homeFolder, processEnvironment } from '../settings/environment.ts';

const project = fileURLToPath(new URL('../../../', import.meta.url));

/** The user's own folder for benchmark files, which may be written to: SCALE_DATA, else where XDG has data of users. */
export function ownDataFolder(environment: Environment = processEnvironment()): string {
  if (environment.SCALE_DATA) return resolve(environment.SCALE_DATA);
  const wanted = environment.XDG_DATA_HOME ?? '';
  // A relative path there is to be ignored, says XDG.
  return join(isAbsolute(wanted) ? wanted : join(homeFolder(environment), '.local/share'), 'scale/data');
}

/** Where benchmark files lie: SCALE_DATA, else the folder beside the checkout if there is one, else the user's data folder. */
export function defaultDataFolder(environment: Environment = processEnvironment(), besideProject = project): string {
  if (environment.SCALE_DATA) return resolve(environment.SCALE_DATA);
  const shared = resolve(besideProject, '../shared/data/benchmarks');
  return existsSync(shared) ? shared : ownDataFolder(environment);
}

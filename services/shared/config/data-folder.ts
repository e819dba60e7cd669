import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Environment, homeFolder, processEnvironment } from './environment.ts';

const project = fileURLToPath(new URL('../../../', import.meta.url));

/** Where benchmark files lie: SCALE_DATA, else the folder beside the checkout if there is one, else the user's data folder. */
export function defaultDataFolder(environment: Environment = processEnvironment(), besideProject = project): string {
  if (environment.SCALE_DATA) return resolve(environment.SCALE_DATA);
  const shared = resolve(besideProject, '../shared/data/benchmarks');
  return existsSync(shared) ? shared : join(homeFolder(environment), '.local/share/scale/data');
}

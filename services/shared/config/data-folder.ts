import { isAbsolute, join, resolve } from 'node:path';
import { type Environment, homeFolder, processEnvironment } from '../settings/environment.ts';

/** Where benchmark files lie and are written to: SCALE_DATA, or otherwise the folder for this user's data according to XDG. */
export function dataFolderOf(environment: Environment = processEnvironment()): string {
  if (environment.SCALE_DATA) return resolve(environment.SCALE_DATA);
  const wanted = environment.XDG_DATA_HOME ?? '';
  // XDG says that a relative path must be ignored.
  return join(isAbsolute(wanted) ? wanted : join(homeFolder(environment), '.local/share'), 'scale/data');
}

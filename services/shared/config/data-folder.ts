import { isAbsolute, join, resolve } from 'node:path';
import { type Environment, homeFolder, processEnvironment } from '../settings/environment.ts';

/** Where benchmark files lie and are written to: SCALE_DATA, else the folder for this user's data that XDG names. */
export function dataFolderOf(environment: Environment = processEnvironment()): string {
  if (environment.SCALE_DATA) return resolve(environment.SCALE_DATA);
  const wanted = environment.XDG_DATA_HOME ?? '';
  // A relative path there is to be ignored, says XDG.
  return join(isAbsolute(wanted) ? wanted : join(homeFolder(environment), '.local/share'), 'scale/data');
}

import { access, constants } from 'node:fs/promises';

/** Whether this process may execute the file; false for one that is not there. */
export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

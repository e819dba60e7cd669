import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asUser } from './container-process.ts';
import { labImage } from './images.ts';
import { CommandFailed, run } from './run.ts';

/** The user of the services' pods. */
const uid = labImage('scale')?.uid ?? 0;

/**
 * Why pods could not run the programs of a clone that lies there: each sees the file system of `/` and no other, has a `/tmp`
 * of its own, and runs as a user without rights. Without this, each pod would end and say no more than "No such file or
 * directory".
 * @returns what to do, or undefined if they can
 */
export async function whyPodsCannotRun(clone: string): Promise<string | undefined> {
  const move = `clone it to another place, such as /opt/scale, and run scripts/setup there`;
  if (clone.startsWith('/tmp/')) return `pods have a /tmp of their own, and could not run ${clone}: ${move}`;
  const [here, root] = await Promise.all([stat(clone), stat('/')]);
  if (here.dev !== root.dev) return `pods see the file system of / alone, and ${clone} is on another: ${move}`;
  const node = join(clone, 'node_modules/node/bin/node');
  try {
    await run('setpriv', [...asUser({ uid, gid: uid, groups: [] }), 'test', '-x', node]);
    return undefined;
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    return `pods run as the user ${uid}, who may not run ${node}: ${move}, where every user may read it`;
  }
}

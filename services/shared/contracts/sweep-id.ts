import { createHash } from 'node:crypto';
import { slugOf } from './run-id.ts';

/**
 * A sweep's id: a slug of its name, and the start of a hash of the name and of what its file says beside the matrix. So the same
 * file goes on with the same sweep, also with more values in the matrix. A token of NATS subjects, like a run's.
 */
export function sweepIdOf(name: string, baseHash: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([name, baseHash]))
    .digest('hex');
  return `${slugOf(name)}-${hash.slice(0, 12)}`;
}

import { once } from 'node:events';
import { z } from 'zod';

/** Set to "ipc" by a parent that sends the rest of the environment later, so that a process loads its program meanwhile. */
const laterVariable = 'SCALE_PARENT_ENVIRONMENT';

/** What a parent forks such a process with. */
export const environmentComesLater: Readonly<Record<string, string>> = { [laterVariable]: 'ipc' };

/** The message that completes the environment. */
export interface LaterEnvironment {
  readonly type: 'environment';
  readonly variables: Readonly<Record<string, string>>;
}

const laterEnvironment = z.object({ type: z.literal('environment'), variables: z.record(z.string(), z.string()) });

/**
 * Resolves once this process has its whole environment: at once, unless a parent has said that it comes later. Call it after the
 * imports and before the settings are read. A process whose parent is gone before that ends.
 */
export async function environmentFromParent(): Promise<void> {
  if (process.env[laterVariable] !== 'ipc') return;
  delete process.env[laterVariable];
  const orphaned = (): never => process.exit(1);
  process.once('disconnect', orphaned);
  for (;;) {
    const [received] = await once(process, 'message');
    const parsed = laterEnvironment.safeParse(received);
    if (!parsed.success) continue;
    Object.assign(process.env, parsed.data.variables);
    process.removeListener('disconnect', orphaned);
    return;
  }
}

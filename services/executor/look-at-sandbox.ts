import { createSandbox, type SandboxSettings } from '../shared/sandbox/sandbox.ts';
import { SandboxError } from '../shared/sandbox/sandbox-error.ts';
import type { SandboxLook } from '../shared/worker/worker-condition.ts';

/** Opens a sandbox as for a program, and closes it again. @throws anything but what makes it impossible here */
export async function lookAtSandbox(settings: SandboxSettings, signal: AbortSignal): Promise<SandboxLook> {
  try {
    await using sandbox = await createSandbox({ ...settings, concurrency: 1 }, signal);
    return { isolation: sandbox.isolation };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SandboxError) return { noSandbox: error.message };
    throw error;
  }
}

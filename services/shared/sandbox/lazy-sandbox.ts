import type { CodeRunner } from '../../domain/ports.ts';
import { outsideScope } from '../telemetry/tracing.ts';
import { createSandbox, type Sandbox, type SandboxSettings } from './sandbox.ts';
import { SandboxError } from './sandbox-error.ts';

export interface LazySandbox extends CodeRunner {
  /** @throws SandboxError if no program could be run */
  open(): Promise<Sandbox>;
  close(): Promise<void>;
}

/**
 * A sandbox that is created for the first program: a search whose workflows run no code needs no Python.
 */
export function createLazySandbox(settings: SandboxSettings): LazySandbox {
  const closing = new AbortController();
  let opened: Promise<Sandbox> | undefined;
  const open = (): Promise<Sandbox> => {
    closing.signal.throwIfAborted();
    if (opened) return opened;
    // It serves the programs of other jobs too.
    const opening = outsideScope(() => createSandbox(settings, closing.signal));
    opened = opening;
    // The next program tries again: what was missing may have been installed.
    opening.catch(() => {
      opened = undefined;
    });
    return opening;
  };
  return {
    open,
    run: async (program, signal) => (await open()).run(program, signal),
    close: async () => {
      closing.abort(new SandboxError('closed', 'the sandbox was closed'));
      await opened?.then(
        (sandbox) => sandbox.close(),
        () => undefined,
      );
    },
  };
}

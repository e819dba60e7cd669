import { access } from 'node:fs/promises';
import { noLimits } from '../../shared/config/run-limits.ts';
import type { RunLimits } from '../../shared/contracts/generated/scale/v1/control.ts';
import { pause } from '../../shared/lifecycle/abort.ts';
import { systemTiming } from '../../shared/lifecycle/timing.ts';
import { CliError } from '../cli-error.ts';

const lookEveryMs = 500;

/** Before anything is spent: a file that is there already would end the run at once. @throws CliError */
export async function refuseStopFile(path: string | undefined): Promise<void> {
  if (path === undefined || !(await isThere(path))) return;
  throw new CliError(
    'bad-input',
    `the stop file ${path} is there already: remove it, and the same command starts or continues the run`,
  );
}

export interface StopFile extends AsyncDisposable {
  /** The limits with the stop, once the file has appeared. */
  limits(): RunLimits | undefined;
}

/**
 * Looks for a file until it appears, and then asks the run to end.
 * @param stop asks the coordinator; called again while it fails
 */
export function watchStopFile(
  path: string | undefined,
  limits: RunLimits | undefined,
  stop: (limits: RunLimits, signal: AbortSignal) => Promise<unknown>,
): StopFile {
  const over = new AbortController();
  let stopped: RunLimits | undefined;
  const look = async (file: string): Promise<void> => {
    for (; !over.signal.aborted; await pause(systemTiming, lookEveryMs, over.signal)) {
      if (!(await isThere(file))) continue;
      stopped = { ...noLimits, ...limits, stopReason: `the stop file ${file} has appeared` };
      const isAsked = await stop(stopped, over.signal).then(
        () => true,
        () => false,
      );
      if (isAsked) return;
    }
  };
  const looking = path === undefined ? Promise.resolve() : look(path);
  return {
    limits: () => stopped,
    async [Symbol.asyncDispose]() {
      over.abort();
      await looking;
    },
  };
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

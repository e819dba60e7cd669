import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../telemetry/logger.ts';
import { coerceError } from './coerce-error.ts';

const firstPauseMs = 100;
const longestPauseMs = 5000;

/**
 * Runs something that should go on until the signal aborts, and starts it again, ever more slowly, when it ends or throws.
 * Resolves after the abort; never rejects.
 */
export async function restartingLoop(
  name: string,
  signal: AbortSignal,
  logger: Logger,
  body: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  let pauseMs = firstPauseMs;
  while (!signal.aborted) {
    const started = performance.now();
    try {
      await body(signal);
    } catch (error) {
      if (signal.aborted) return;
      logger.warn({ err: coerceError(error), loop: name }, `${name} stopped; starting it again`);
    }
    if (signal.aborted) return;
    pauseMs = performance.now() - started > longestPauseMs ? firstPauseMs : Math.min(longestPauseMs, pauseMs * 2);
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

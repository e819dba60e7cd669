import { coerceError } from '../errors/coerce-error.ts';
import type { Logger } from '../telemetry/logger.ts';
import { pause } from './abort.ts';
import { createBackoff } from './backoff.ts';
import type { Timing } from './timing.ts';

const firstPauseMs = 100;
const longestPauseMs = 5000;

export interface LoopSettings {
  /** Ends the loop. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly timing: Timing;
}

/**
 * Runs something that should keep running until the signal aborts, and restarts it, more slowly each time, when it ends or
 * throws. Resolves after the abort; never rejects.
 */
export async function restartingLoop(
  name: string,
  { signal, logger, timing }: LoopSettings,
  body: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const backoff = createBackoff({ firstMs: firstPauseMs, capMs: longestPauseMs });
  while (!signal.aborted) {
    const started = timing.monotonicMs();
    try {
      await body(signal);
    } catch (error) {
      if (signal.aborted) return;
      logger.warn({ err: coerceError(error), loop: name }, `${name} stopped; starting it again`);
    }
    if (signal.aborted) return;
    if (timing.monotonicMs() - started > longestPauseMs) backoff.reset();
    await pause(timing, backoff.next(), signal);
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../domain/ports.ts';

/** The passing of time, as a parameter: tests move it by hand. */
export interface Timing extends Clock {
  /** @throws the signal's reason once it aborts */
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
}

export const systemTiming: Timing = {
  monotonicMs: () => performance.now(),
  sleep: async (durationMs, signal) => {
    try {
      await delay(durationMs, undefined, { signal });
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    }
  },
};

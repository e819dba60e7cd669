import { onAbort } from '../shared/lifecycle/abort.ts';

/** Wakes whoever waits for something to happen; what happens while no one waits wakes the next one at once. */
export interface Bell {
  ring(): void;
  /** Until it rings, or the signal aborts. */
  rung(signal: AbortSignal): Promise<void>;
}

export function createBell(): Bell {
  let next = Promise.withResolvers<void>();
  return {
    ring: () => next.resolve(),
    async rung(signal) {
      using _listening = onAbort(signal, () => next.resolve());
      await next.promise;
      next = Promise.withResolvers();
    },
  };
}

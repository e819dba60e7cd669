import type { Timing } from '../../lifecycle/timing.ts';

/**
 * Longer than a process that comes to want a slot takes to say so and to be heard: two requests to the bus each. Of a call,
 * little.
 */
const keptMs = 15;

/** The last free slot of a process that has just begun several calls at once. */
export interface LastSlot {
  /** A call takes a slot. @param free slots before it does */
  taken(free: number): void;
  /** Whether it is left to others for now; calls back when that is over. */
  isKept(): boolean;
  close(): void;
}

/**
 * Calls that begin together end together. Whoever has a call to make as they begin, such as a predictor that a whole search
 * waits for, would have to wait for the end of them: so the last of several slots that are free at once is left for a moment.
 * Where all slots are in use, each is taken again at once.
 */
export function createLastSlot(timing: Pick<Timing, 'monotonicMs' | 'after'>, isOver: () => void): LastSlot {
  let manyAt = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;
  return {
    taken(free) {
      if (free > 1) manyAt = timing.monotonicMs();
    },
    isKept() {
      const leftMs = manyAt + keptMs - timing.monotonicMs();
      if (leftMs <= 0) return false;
      cancel ??= timing.after(leftMs, () => {
        cancel = undefined;
        isOver();
      });
      return true;
    },
    close: () => cancel?.(),
  };
}

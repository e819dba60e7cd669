import type { Timing } from '../../services/shared/models/timing.ts';

export interface CreepingTiming extends Timing {
  /** Something happens after this long, as exactly as a timer does. */
  after(durationMs: number, happen: () => void): void;
  /** Lets happen what is due next; false if there is nothing that ever will. */
  step(): Promise<boolean>;
}

interface Due {
  readonly atMs: number;
  readonly happen: () => void;
}

/** Promises that a step's doing has resolved run so far before the next step, and to their ends before it is said that there is none. */
const turns = 12;
const lastTurns = 200;

/**
 * Time as a real machine has it: each reading is later than the one before, and timers fire early or late by as much as
 * `inaccuracyMs`. Node's timers do both: they count whole milliseconds from the time that the loop's turn began.
 * @param random in [0, 1)
 */
export function createCreepingTiming(random: () => number, inaccuracyMs: number): CreepingTiming {
  let now = 0;
  const queue: Due[] = [];
  const after = (durationMs: number, happen: () => void): void => {
    const atMs = Math.max(now, now + durationMs + inaccuracyMs * (2 * random() - 1));
    const place = queue.findIndex((other) => other.atMs > atMs);
    queue.splice(place < 0 ? queue.length : place, 0, { atMs, happen });
  };
  return {
    monotonicMs: () => {
      now += inaccuracyMs * random() ** 8;
      return now;
    },
    sleep: (durationMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const abort = (): void => reject(signal.reason);
        signal.addEventListener('abort', abort, { once: true });
        after(durationMs, () => {
          signal.removeEventListener('abort', abort);
          resolve();
        });
      }),
    after,
    step: async () => {
      for (let turn = 0; turn < turns || (turn < lastTurns && queue.length === 0); turn += 1) await undefined;
      const next = queue.shift();
      if (next === undefined) return false;
      now = Math.max(now, next.atMs);
      next.happen();
      return true;
    },
  };
}

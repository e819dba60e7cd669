import { sleepOn, type Timing } from '../../services/shared/lifecycle/timing.ts';

export interface CreepingTiming extends Timing {
  /** Lets happen what is due next; false if there is nothing that ever will. */
  step(): Promise<boolean>;
}

interface Due {
  readonly atMs: number;
  readonly happen: () => void;
}

/**
 * Promises that a step's doing has resolved run so far before the next step, and to their ends before it is said that there is
 * none.
 */
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
  const after = (durationMs: number, happen: () => void): (() => void) => {
    const due = { atMs: Math.max(now, now + durationMs + inaccuracyMs * (2 * random() - 1)), happen };
    const place = queue.findIndex(({ atMs }) => atMs > due.atMs);
    queue.splice(place < 0 ? queue.length : place, 0, due);
    return () => {
      const place = queue.indexOf(due);
      if (place >= 0) queue.splice(place, 1);
    };
  };
  return {
    monotonicMs: () => {
      now += inaccuracyMs * random() ** 8;
      return now;
    },
    wallMs: () => now,
    sleep: sleepOn(after),
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

import { sleepOn, type Timing } from '../../services/shared/lifecycle/timing.ts';

export interface ManualTiming extends Timing {
  /** Lets the time pass, and calls who is due in the order of their times. */
  advance(durationMs: number): Promise<void>;
  /**
   * Lets the time pass while nobody is called, as for a process that is stopped; who is due by then is called by the next
   * `advance`.
   */
  stop(durationMs: number): void;
  /** Milliseconds that sleepers have asked for, oldest first. */
  readonly sleeps: readonly number[];
  /** How many sleepers and timers there are now. */
  waiting(): number;
}

/** Time that passes only when told. The wall clock begins at `wallStartMs`. */
export function createManualTiming(wallStartMs = Date.UTC(2026, 0, 1)): ManualTiming {
  let now = 0;
  const sleeps: number[] = [];
  const timers = new Set<{ readonly atMs: number; readonly happen: () => void }>();
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  const after = (delayMs: number, happen: () => void): (() => void) => {
    const timer = { atMs: now + Math.max(0, delayMs), happen };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  const sleep = sleepOn(after);

  return {
    monotonicMs: () => now,
    wallMs: () => wallStartMs + now,
    sleeps,
    waiting: () => timers.size,
    after,
    sleep: (durationMs, signal) => {
      sleeps.push(durationMs);
      return sleep(durationMs, signal);
    },
    stop: (durationMs) => {
      now += durationMs;
    },
    advance: async (durationMs) => {
      const until = now + durationMs;
      await settle();
      for (;;) {
        const due = [...timers].filter(({ atMs }) => atMs <= until).sort((a, b) => a.atMs - b.atMs)[0];
        if (due === undefined) break;
        timers.delete(due);
        now = Math.max(now, due.atMs);
        due.happen();
        await settle();
      }
      now = until;
      await settle();
    },
  };
}

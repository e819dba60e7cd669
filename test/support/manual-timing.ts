import type { Timing } from '../../services/shared/models/timing.ts';

export interface ManualTiming extends Timing {
  /** Lets the time pass, and wakes who sleeps in the order of their waking. */
  advance(durationMs: number): Promise<void>;
  /** Milliseconds that sleepers have asked for, oldest first. */
  readonly sleeps: readonly number[];
}

/** Time that passes only when told. */
export function createManualTiming(): ManualTiming {
  let now = 0;
  const sleeps: number[] = [];
  const sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

  return {
    monotonicMs: () => now,
    sleeps,
    sleep: (durationMs, signal) => {
      sleeps.push(durationMs);
      return new Promise((resolve, reject) => {
        const sleeper = { atMs: now + durationMs, wake: resolve };
        sleepers.add(sleeper);
        const abort = () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        };
        if (signal.aborted) abort();
        else signal.addEventListener('abort', abort, { once: true });
      });
    },
    advance: async (durationMs) => {
      const until = now + durationMs;
      await settle();
      for (;;) {
        const due = [...sleepers].filter(({ atMs }) => atMs <= until).sort((a, b) => a.atMs - b.atMs)[0];
        if (due === undefined) break;
        sleepers.delete(due);
        now = Math.max(now, due.atMs);
        due.wake();
        await settle();
      }
      now = until;
      await settle();
    },
  };
}

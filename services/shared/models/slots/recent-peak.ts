import type { Timing } from '../../lifecycle/timing.ts';

/** The highest of the values of the last while: of at least the given time, and at most twice it. */
export interface RecentPeak {
  note(value: number): number;
}

/** @param forMs how long a value counts at least */
export function createRecentPeak(timing: Pick<Timing, 'monotonicMs'>, forMs: number): RecentPeak {
  let sinceMs = timing.monotonicMs();
  let [before, now] = [0, 0];
  return {
    note(value) {
      const spans = Math.floor((timing.monotonicMs() - sinceMs) / forMs);
      if (spans > 0) {
        [before, now] = [spans === 1 ? now : 0, 0];
        sinceMs += spans * forMs;
      }
      now = Math.max(now, value);
      return Math.max(before, now);
    },
  };
}

import type { Timing } from '../../services/shared/lifecycle/timing.ts';

const never = new AbortController().signal;
const lookEveryMs = 50;
const withinMs = 60_000;

/** Looks until it holds, for a minute of that time. @throws what the last look has thrown */
export async function eventually(timing: Timing, look: () => unknown): Promise<void> {
  for (const until = timing.monotonicMs() + withinMs; ; ) {
    try {
      await look();
      return;
    } catch (error) {
      if (timing.monotonicMs() >= until) throw error;
      await timing.sleep(lookEveryMs, never);
    }
  }
}

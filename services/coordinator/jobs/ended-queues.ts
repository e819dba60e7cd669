import type { RunManifest } from '../../shared/contracts/generated/scale/v1/control.ts';
import { hasEnded } from '../../shared/contracts/has-ended.ts';
import { coerceError } from '../../shared/errors/coerce-error.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';

/** Longer than a coordinator that stood still needs to send what it was about to send, and to hear that the run is over. */
const lateMs = 10_000;
/** What ended longer ago than this was cleared by whoever saw it end: an hour, and as long as clocks may be apart. */
const recentMs = 3 * 60 * 60_000;

export interface EndedQueues {
  /** To be told of each manifest as it is and changes. */
  seen(manifest: RunManifest): void;
  stop(): Promise<void>;
}

/**
 * Clears the queues of runs that have ended once more: a while after the end, and at the start of whoever was not there.
 * A leader that stood still past its lease wakes up and queues jobs of a run that another one has ended meanwhile: nothing
 * refuses a job by who sends it, nobody leads the run any more, and its lanes may be open again. Each coordinator does it,
 * since the one that woke up is the one that surely lives later.
 */
export function startEndedQueues(bus: Pick<Bus, 'jobs' | 'runs'>, logger: Logger, timing: Timing): EndedQueues {
  /** Whether it had ended. */
  const known = new Map<string, boolean>();
  const waiting = new Map<string, () => void>();
  const clearing = new Set<Promise<void>>();
  const clear = async (runId: string): Promise<void> => {
    try {
      const manifest = await bus.runs.get(runId);
      // Started again: whoever leads it has cleared its queue. Should it start right now, its leader queues again what is lost.
      if (manifest === undefined || hasEnded(manifest.status)) await bus.jobs.closeLanes(runId);
    } catch (error) {
      logger.warn({ runId, err: coerceError(error) }, 'the queue of an ended run could not be cleared once more');
    }
  };
  const clearNow = (runId: string): void => {
    const done = clear(runId).finally(() => clearing.delete(done));
    clearing.add(done);
  };
  return {
    seen({ runId, status, endedAtMs = 0 }) {
      waiting.get(runId)?.();
      waiting.delete(runId);
      const before = known.get(runId);
      known.set(runId, hasEnded(status));
      if (!hasEnded(status)) return;
      // Of an end that was seen here, no clock of another machine need say when it was.
      if (before !== false && timing.wallMs() - endedAtMs > recentMs) return;
      if (before === undefined) clearNow(runId);
      const later = timing.after(lateMs, () => {
        waiting.delete(runId);
        clearNow(runId);
      });
      waiting.set(runId, later);
    },
    async stop() {
      for (const cancel of waiting.values()) cancel();
      await Promise.all(clearing);
    },
  };
}

import type { WorkerReport } from '../shared/contracts/generated/scale/v1/job.ts';
import { restartingLoop } from '../shared/lifecycle/restarting-loop.ts';
import type { Timing } from '../shared/lifecycle/timing.ts';
import type { Bus } from '../shared/messaging/bus.ts';
import type { Logger } from '../shared/telemetry/logger.ts';
import { reportEveryMs } from '../shared/worker/report-worker.ts';

/** The workers that exist, by their own reports. */
export interface WorkerSightings {
  /** The newest report of each worker heard from lately. */
  present(): readonly WorkerReport[];
  /** False until it has listened long enough to have heard every worker. */
  isSettled(): boolean;
  stop(): Promise<void>;
}

/** A busy machine may delay a report, and a lost connection takes seconds to come back. */
const goneAfterMs = 5 * reportEveryMs;

export function watchWorkers(bus: Bus, logger: Logger, timing: Timing): WorkerSightings {
  const stopping = new AbortController();
  const seen = new Map<string, { readonly report: WorkerReport; readonly atMs: number }>();
  const sinceMs = timing.monotonicMs();
  const following = restartingLoop('watch workers', { signal: stopping.signal, logger, timing }, async (signal) => {
    for await (const report of bus.workers.follow(signal)) seen.set(report.worker, { report, atMs: timing.monotonicMs() });
  });
  return {
    present() {
      const now = timing.monotonicMs();
      for (const [worker, { atMs }] of seen) if (now - atMs > goneAfterMs) seen.delete(worker);
      return [...seen.values()].map(({ report }) => report);
    },
    isSettled: () => timing.monotonicMs() - sinceMs > goneAfterMs,
    async stop() {
      stopping.abort();
      await following;
    },
  };
}

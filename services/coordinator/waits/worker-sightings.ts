import type { WorkerReport } from '../../shared/contracts/generated/scale/v1/job.ts';
import { restartingLoop } from '../../shared/lifecycle/restarting-loop.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { reportEveryMs } from '../../shared/worker/report-worker.ts';

/** The workers that exist, by their own reports. */
export interface WorkerSightings {
  /** The newest report of each worker heard from lately. */
  present(): readonly WorkerReport[];
  /** The same, with what a worker's clock showed beyond ours when the report came, in ms; undefined where it did not say. */
  seen(): readonly { readonly report: WorkerReport; readonly skewMs: number | undefined }[];
  /** False until it has listened long enough to have heard every worker. */
  isSettled(): boolean;
  stop(): Promise<void>;
}

/** A busy machine may delay a report, and a lost connection takes seconds to come back. */
const goneAfterMs = 5 * reportEveryMs;

export function watchWorkers(bus: Bus, logger: Logger, timing: Timing): WorkerSightings {
  const stopping = new AbortController();
  const known = new Map<string, { readonly report: WorkerReport; readonly skewMs: number | undefined; readonly atMs: number }>();
  const sinceMs = timing.monotonicMs();
  const following = restartingLoop('watch workers', { signal: stopping.signal, logger, timing }, async (signal) => {
    for await (const report of bus.workers.follow(signal)) {
      const { wallMs } = report.condition ?? {};
      const skewMs = wallMs === undefined ? undefined : wallMs - timing.wallMs();
      known.set(report.worker, { report, skewMs, atMs: timing.monotonicMs() });
    }
  });
  const seen = () => {
    const now = timing.monotonicMs();
    for (const [worker, { atMs }] of known) if (now - atMs > goneAfterMs) known.delete(worker);
    return [...known.values()];
  };
  return {
    seen,
    present: () => seen().map(({ report }) => report),
    isSettled: () => timing.monotonicMs() - sinceMs > goneAfterMs,
    async stop() {
      stopping.abort();
      await following;
    },
  };
}

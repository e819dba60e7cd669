import type { Job } from '../shared/contracts/generated/scale/v1/job.ts';
import { orAborted } from '../shared/lifecycle/abort.ts';
import { restartingLoop } from '../shared/lifecycle/restarting-loop.ts';
import type { Timing } from '../shared/lifecycle/timing.ts';
import type { Bus } from '../shared/messaging/bus.ts';
import type { Logger } from '../shared/telemetry/logger.ts';
import type { ResultInbox } from './result-inbox.ts';

const publishWidth = 64;

/** Queues jobs, in order. A job that is already queued stays as it is; one that has a result ends when a worker sees that. */
export async function publishJobs(bus: Bus, jobs: readonly Job[]): Promise<void> {
  for (let start = 0; start < jobs.length; start += publishWidth) {
    await Promise.all(jobs.slice(start, start + publishWidth).map((job) => bus.jobs.publish(job)));
  }
}

export interface ReconcilerSettings {
  readonly bus: Bus;
  readonly runId: string;
  readonly logger: Logger;
  readonly inbox: ResultInbox;
  readonly jobs: readonly Job[];
  /** Until then, jobs are missing because they are yet to be queued. */
  readonly publishing: Promise<void>;
  /** Creates the run's lanes if they do not exist: what lost the jobs may have lost them too. */
  readonly openLanes: () => Promise<void>;
  readonly everyMs: number;
  readonly timing: Timing;
}

/**
 * Republishes whatever was issued and is neither queued nor answered, so that a queue entry lost anywhere (a purge, a wiped
 * store, a defect of the server) costs a minute and not the run.
 */
export function startReconciler(settings: ReconcilerSettings): AsyncDisposable {
  const { bus, runId, logger, inbox, jobs, publishing, everyMs, timing } = settings;
  const stopping = new AbortController();
  const reconcile = async (): Promise<void> => {
    const outstanding = await bus.jobs.outstanding(runId);
    const missing: Job[] = [];
    for (const job of jobs) {
      if (inbox.seen(job.jobId) || outstanding.has(job.jobId)) continue;
      const result = await bus.results.get(runId, job.jobId);
      if (result) inbox.accept(result);
      else missing.push(job);
    }
    const stuck = outstanding.size > 0 ? await bus.jobs.closeStuckLanes(runId) : 0;
    if (stuck > 0) await settings.openLanes();
    if (missing.length === 0) return;
    logger.warn({ runId, jobs: missing.length }, 'jobs were issued and are neither queued nor answered; publishing them again');
    await settings.openLanes();
    await publishJobs(bus, missing);
  };
  const loop = restartingLoop(`reconcile ${runId}`, { signal: stopping.signal, logger, timing }, async (signal) => {
    await orAborted(publishing, signal);
    while (!signal.aborted) {
      await timing.sleep(everyMs, signal);
      await reconcile();
    }
  });
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await loop;
    },
  };
}

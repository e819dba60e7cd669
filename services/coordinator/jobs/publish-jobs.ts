import type { Job } from '../../shared/contracts/generated/scale/v1/job.ts';
import { restartingLoop } from '../../shared/lifecycle/restarting-loop.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { ResultInbox } from '../results/result-inbox.ts';
import { queueJob } from '../traces/trace-job.ts';

const publishWidth = 64;

/**
 * Queues jobs, in order, so many at a time. A job that is already queued stays as it is; one that has a result ends when a worker
 * sees that. The first error ends it.
 * @param issue what to queue for a job, asked when its turn has come; not given: they were queued before
 */
export async function publishJobs(bus: Bus, jobs: readonly Job[], issue?: (job: Job) => Job): Promise<void> {
  const left = jobs.values();
  let failed = false;
  const publishNext = async (): Promise<void> => {
    for (const job of left) {
      if (failed) return;
      await queueJob(bus, issue?.(job) ?? job, { isAgain: issue === undefined });
    }
  };
  const publishing = Array.from({ length: Math.min(publishWidth, jobs.length) }, () =>
    publishNext().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  const [failure] = (await Promise.allSettled(publishing)).filter(({ status }) => status === 'rejected');
  if (failure?.status === 'rejected') throw failure.reason;
}

export interface ReconcilerSettings {
  readonly bus: Bus;
  readonly runId: string;
  readonly logger: Logger;
  readonly inbox: ResultInbox;
  /** Those that were queued and have no result, as far as this process knows. */
  readonly jobs: () => readonly Job[];
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
  const { bus, runId, logger, inbox, everyMs, timing } = settings;
  const stopping = new AbortController();
  const reconcile = async (): Promise<void> => {
    // Before the queue is read: a job that is queued in between must not be missed there.
    const jobs = settings.jobs();
    if (jobs.length === 0) return;
    const outstanding = await bus.jobs.outstanding(runId);
    const missing: Job[] = [];
    for (const job of jobs) {
      if (inbox.seen(job.jobId) || outstanding.has(job.jobId)) continue;
      const result = await bus.results.get(runId, job.jobId);
      if (result) inbox.accept(result);
      else missing.push(job);
    }
    const stuck = outstanding.size > 0 ? await bus.jobs.closeStuckLanes(runId) : 0;
    if (stuck > 0) {
      // A new lane counts deliveries from 1: what an earlier one delivered must not be called new there.
      await bus.jobs.closeLanes(runId);
      for (const job of jobs) if (outstanding.has(job.jobId) && !inbox.seen(job.jobId)) missing.push(job);
    }
    if (missing.length === 0) return;
    logger.warn({ runId, jobs: missing.length }, 'jobs were issued and are neither queued nor answered; publishing them again');
    await settings.openLanes();
    await publishJobs(bus, missing);
  };
  const loop = restartingLoop(`reconcile ${runId}`, { signal: stopping.signal, logger, timing }, async (signal) => {
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

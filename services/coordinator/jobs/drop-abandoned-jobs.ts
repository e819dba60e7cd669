import { hasEnded } from '../../shared/contracts/has-ended.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { runLease } from '../../shared/messaging/run-lease.ts';

/**
 * Clears the queues of unfinished runs that no coordinator leads. A cluster that continues only the runs that it is asked for
 * would otherwise spend tokens on another run's left-over jobs: workers pull from every lane. Nothing is lost, since whoever
 * continues such a run publishes again what is not answered.
 */
export async function dropAbandonedJobs(bus: Bus, holder: string): Promise<void> {
  for (const { runId, status } of await bus.runs.list()) {
    if (hasEnded(status)) continue;
    const lease = await bus.leases.acquire(runLease(runId), holder);
    if (lease === undefined) continue;
    await bus.jobs.closeLanes(runId);
    await lease.release();
  }
}

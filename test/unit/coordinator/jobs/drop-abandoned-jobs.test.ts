import { expect, test } from 'vitest';
import { dropAbandonedJobs } from '../../../../services/coordinator/jobs/drop-abandoned-jobs.ts';
import { RunStatus } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import type { Job } from '../../../../services/shared/contracts/generated/scale/v1/job.ts';
import type { Bus } from '../../../../services/shared/messaging/bus.ts';
import { createInMemoryServer } from '../../../../services/shared/messaging/in-memory/in-memory-bus.ts';

const jobOf = (runId: string): Job => ({
  schemaVersion: 1,
  runId,
  jobId: 'predict-2-1',
  epoch: 1,
  newUnder: '',
  timeLimitMs: 1_000,
  bodies: [],
  work: { $case: 'predict', value: { round: 2, attempt: 1, promptBlob: '', structuredBlob: '' } },
});

/** A run with one queued job. */
async function leave(bus: Bus, runId: string, status: RunStatus): Promise<void> {
  const about = { createdAtMs: 1, cancelReason: '', pauseReason: '', pausedAtMs: 0, simulated: false };
  await bus.runs.put({ schemaVersion: 1, runId, endpoints: [], status, maxInFlight: 0, ...about });
  await bus.jobs.openLane('predict', runId, { maxInFlight: 1 });
  await bus.jobs.publish(jobOf(runId));
}

test('jobs of unfinished runs that nobody leads are dropped, and those of a run that somebody leads are kept', async () => {
  const bus = createInMemoryServer().connect();
  await leave(bus, 'left', RunStatus.RUNNING);
  await leave(bus, 'led', RunStatus.RUNNING);
  await bus.leases.acquire('run-led', 'another coordinator');

  await dropAbandonedJobs(bus, 'this one');

  expect(await bus.jobs.outstanding('left')).toEqual(new Set());
  expect(await bus.jobs.outstanding('led')).toEqual(new Set(['predict-2-1']));
  // Whoever is asked to go on with the run can lead it at once.
  expect(await bus.leases.acquire('run-left', 'this one')).toBeDefined();
});

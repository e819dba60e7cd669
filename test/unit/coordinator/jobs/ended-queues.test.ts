import { expect, test } from 'vitest';
import { startEndedQueues } from '../../../../services/coordinator/jobs/ended-queues.ts';
import { type RunManifest, RunStatus } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import type { Bus } from '../../../../services/shared/messaging/bus.ts';
import { createInMemoryServer } from '../../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { createLogger } from '../../../../services/shared/telemetry/logger.ts';
import { inVirtualTime } from '../../../support/virtual-clock.ts';

const logger = createLogger({ service: 'test', version: '0', level: 'silent' });
const never = new AbortController().signal;
const late = 'predict-2-1';

const manifestOf = (status: RunStatus, endedAtMs: number): RunManifest => ({
  ...{ schemaVersion: 1, runId: 'ended', endpoints: [], status, maxInFlight: 0, endedAtMs },
  ...{ createdAtMs: 1, cancelReason: '', pauseReason: '', pausedAtMs: 0, simulated: false },
});

async function queueLate(bus: Bus): Promise<void> {
  await bus.jobs.openLane('predict', 'ended', { maxInFlight: 1 });
  await bus.jobs.publish({
    ...{ schemaVersion: 1, runId: 'ended', jobId: late, epoch: 1, newUnder: '', timeLimitMs: 1_000, bodies: [] },
    work: { $case: 'predict', value: { round: 2, attempt: 1, promptBlob: '', structuredBlob: '' } },
  });
}

test('what is queued after the end of a run is gone a while later, and at the start of a coordinator', () =>
  inVirtualTime(async (timing) => {
    const bus = createInMemoryServer({ timing }).connect();
    const running = manifestOf(RunStatus.RUNNING, 0);
    const ended = manifestOf(RunStatus.COMPLETED, timing.wallMs());
    await bus.runs.put(ended);
    const queues = startEndedQueues(bus, logger, timing);
    queues.seen(running);
    queues.seen(ended);
    await queueLate(bus);
    await timing.sleep(1_000, never);
    expect(await bus.jobs.outstanding('ended')).toEqual(new Set([late]));
    await timing.sleep(20_000, never);
    expect(await bus.jobs.outstanding('ended')).toEqual(new Set());
    await queues.stop();

    await queueLate(bus);
    const later = startEndedQueues(bus, logger, timing);
    later.seen(ended);
    await later.stop();
    expect(await bus.jobs.outstanding('ended')).toEqual(new Set());
  }));

test('a run that was started again keeps its queue, and so does one whose end is long past', () =>
  inVirtualTime(async (timing) => {
    const bus = createInMemoryServer({ timing }).connect();
    const ended = manifestOf(RunStatus.COMPLETED, timing.wallMs());
    await bus.runs.put(manifestOf(RunStatus.RUNNING, 0));
    await queueLate(bus);
    const queues = startEndedQueues(bus, logger, timing);
    queues.seen(ended);
    queues.seen({ ...ended, runId: 'another', endedAtMs: timing.wallMs() - 2 * 60 * 60_000 });
    await timing.sleep(20_000, never);
    expect(await bus.jobs.outstanding('ended')).toEqual(new Set([late]));
    await queues.stop();
  }));

test("an end that was seen here is a recent one, and so is one of an hour ago, whatever another machine's clock says of it", () =>
  inVirtualTime(async (timing) => {
    const bus = createInMemoryServer({ timing }).connect();
    const ended = manifestOf(RunStatus.COMPLETED, timing.wallMs() - 2 * 24 * 60 * 60_000);
    await bus.runs.put(ended);
    const queues = startEndedQueues(bus, logger, timing);
    queues.seen(manifestOf(RunStatus.RUNNING, 0));
    queues.seen(ended);
    await queueLate(bus);
    await timing.sleep(20_000, never);
    expect(await bus.jobs.outstanding('ended')).toEqual(new Set());
    await queues.stop();

    await queueLate(bus);
    const later = startEndedQueues(bus, logger, timing);
    later.seen({ ...ended, endedAtMs: timing.wallMs() - 61 * 60_000 });
    await later.stop();
    expect(await bus.jobs.outstanding('ended')).toEqual(new Set());
  }));

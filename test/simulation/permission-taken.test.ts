import { expect, test } from 'vitest';
import { configurationToProto } from '../../services/shared/contracts/configuration-codec.ts';
import { createInMemoryServer } from '../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { createLogger } from '../../services/shared/telemetry/logger.ts';
import type { JobOutcome } from '../../services/shared/worker/job-work.ts';
import { startWorker } from '../../services/shared/worker/worker.ts';
import { executeJob, newRunId, runManifest } from '../support/bus-messages.ts';
import { inVirtualTime } from '../support/virtual-clock.ts';
import { configuration } from './made-up-work.ts';

const never = new AbortController().signal;

test('a worker from which a permission is taken takes no jobs, says why to those who wait, and goes on once it is given back', () =>
  inVirtualTime(async (timing) => {
    const server = createInMemoryServer({ timing });
    const bus = server.connect();
    const runId = newRunId();
    await bus.runs.put({ ...runManifest(runId), configuration: configurationToProto(configuration(1)) });
    await bus.jobs.openLane('execute', runId, { maxInFlight: 100 });
    let forbidden: string | undefined = 'the server does not let this user publish to "results.v1.>"';
    const done: string[] = [];
    const worker = startWorker(
      { name: 'w', kinds: ['execute'], slots: 1, ackWaitMs: 30_000, drainMs: 0 },
      {
        bus: { ...server.connect(), forbidden: () => forbidden },
        work: async ({ job }): Promise<JobOutcome> => {
          done.push(job.jobId);
          return { outcome: { $case: 'completion', value: { text: '', finishReason: 'stop' } }, calls: [] };
        },
        timing,
        logger: createLogger({ service: 'simulation', version: '0', level: 'silent' }),
      },
    );
    const listening = new AbortController();
    const told: string[] = [];
    const hearing = (async () => {
      for await (const { message } of bus.troubles.follow(runId, listening.signal)) told.push(message);
    })();
    await bus.jobs.publish(executeJob(runId, 'j1'));
    await timing.sleep(30_000, never);
    expect(done).toEqual([]);
    expect(told[0]).toContain('publish to "results.v1.>"');
    forbidden = undefined;
    await timing.sleep(10_000, never);
    expect(done).toEqual(['j1']);
    listening.abort();
    await hearing;
    await worker.drain();
  }));

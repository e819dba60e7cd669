import { expect, test } from 'vitest';
import { configurationToProto } from '../../services/shared/contracts/configuration-codec.ts';
import { createInMemoryServer } from '../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { InfrastructureError } from '../../services/shared/models/errors/endpoint-errors.ts';
import { createLogger } from '../../services/shared/telemetry/logger.ts';
import type { JobOutcome } from '../../services/shared/worker/job-work.ts';
import { startWorker } from '../../services/shared/worker/worker.ts';
import { executeJob, newRunId, runManifest } from '../support/bus-messages.ts';
import { inVirtualTime } from '../support/virtual-clock.ts';
import { configuration } from './made-up-work.ts';

const never = new AbortController().signal;

test('a job that waits for its endpoint holds no slot: others are done meanwhile, and it is done afterwards', () =>
  inVirtualTime(async (timing) => {
    const server = createInMemoryServer({ timing });
    const bus = server.connect();
    const runId = newRunId();
    await bus.runs.put({ ...runManifest(runId), configuration: configurationToProto(configuration(1)) });
    await bus.jobs.openLane('execute', runId, { maxInFlight: 100 });
    const done: string[] = [];
    let tries = 0;
    const worker = startWorker(
      { name: 'w', kinds: ['execute'], slots: 1, ackWaitMs: 30_000, drainMs: 0 },
      {
        bus: server.connect(),
        work: async ({ job }): Promise<JobOutcome> => {
          await timing.sleep(10, never);
          if (job.jobId === 'in-trouble') tries += 1;
          if (job.jobId === 'in-trouble' && tries < 3) throw new InfrastructureError('m', 'it is down', [], { waitMs: 20_000 });
          done.push(job.jobId);
          return { outcome: { $case: 'completion', value: { text: '', finishReason: 'stop' } }, calls: [] };
        },
        timing,
        logger: createLogger({ service: 'simulation', version: '0', level: 'silent' }),
      },
    );
    await bus.jobs.publish(executeJob(runId, 'in-trouble'));
    await timing.sleep(1_000, never);
    const others = Array.from({ length: 10 }, (_, index) => `other-${index}`);
    for (const jobId of others) await bus.jobs.publish(executeJob(runId, jobId));
    await timing.sleep(10_000, never);
    expect([tries, done]).toEqual([1, others]);
    await timing.sleep(60_000, never);
    expect(done).toEqual([...others, 'in-trouble']);
    expect(worker.inFlight()).toBe(0);
    await bus.jobs.publish(executeJob(runId, 'last'));
    await timing.sleep(5_000, never);
    expect(done.at(-1)).toBe('last');
    await worker.drain();
  }));

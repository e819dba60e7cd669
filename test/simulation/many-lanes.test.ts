import { expect, test } from 'vitest';
import { configurationToProto } from '../../services/shared/contracts/configuration-codec.ts';
import { createInMemoryServer } from '../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { createLogger } from '../../services/shared/telemetry/logger.ts';
import { startWorker } from '../../services/shared/worker/worker.ts';
import { executeJob, newRunId, runManifest } from '../support/bus-messages.ts';
import { inVirtualTime } from '../support/virtual-clock.ts';
import { configuration } from './made-up-work.ts';

const never = new AbortController().signal;

test('a worker with fewer slots than runs serves them all: runs that stand still keep none from its turn', () =>
  inVirtualTime(async (timing) => {
    const server = createInMemoryServer({ timing });
    const bus = server.connect();
    const abandoned = Array.from({ length: 9 }, newRunId);
    const mine = newRunId();
    const settings = configurationToProto(configuration(1));
    for (const runId of [...abandoned, mine]) await bus.runs.put({ ...runManifest(runId), configuration: settings });
    for (const runId of abandoned) await bus.jobs.openLane('execute', runId, { maxInFlight: 4 });
    await bus.jobs.openLane('execute', mine, { maxInFlight: 4 });
    const started = Promise.withResolvers<string>();
    const worker = startWorker(
      { name: 'w', kinds: ['predict', 'execute'], slots: 4, ackWaitMs: 30_000, drainMs: 0 },
      {
        bus: server.connect(),
        work: async ({ job }) => {
          started.resolve(job.jobId);
          return { outcome: { $case: 'completion', value: { text: '', finishReason: 'stop' } }, calls: [] };
        },
        timing,
        logger: createLogger({ service: 'simulation', version: '0', level: 'silent' }),
      },
    );
    await timing.sleep(500, never);
    await bus.jobs.publish(executeJob(mine, 'waiting'));
    expect(await Promise.race([started.promise, timing.sleep(20_000, never).then(() => 'never')])).toBe('waiting');
    await worker.drain();
  }));

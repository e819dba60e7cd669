import { processEnvironment } from '../config/environment.ts';
import type { WorkerServiceSettings } from '../config/service-settings.ts';
import { startHealthServer } from '../lifecycle/health-server.ts';
import type { ReleaseStack } from '../lifecycle/release-stack.ts';
import { runService } from '../lifecycle/run-service.ts';
import type { Bus, JobKind } from '../messaging/bus.ts';
import { connectBus } from '../messaging/nats-bus.ts';
import { createModelClients, type ModelClients } from '../models/model-clients.ts';
import { systemTiming } from '../models/timing.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createMetricsRegistry, createWorkerMetrics } from '../telemetry/metrics.ts';
import { version } from '../telemetry/version.ts';
import type { JobWork } from './job-work.ts';
import { startWorker } from './worker.ts';

export interface WorkerService {
  readonly role: 'executor' | 'predictor';
  readonly settings: WorkerServiceSettings;
  readonly kinds: readonly JobKind[];
  /** What it pushes on `releases` is given back when the jobs in flight have ended. */
  createWork(bus: Bus, models: ModelClients, releases: ReleaseStack): JobWork | Promise<JobWork>;
}

/** Left of the drain time for handing back what did not end in time, and for closing. */
const closingShare = 0.8;

/** Runs an executor or a predictor as this process. */
export async function runWorkerService({ role, settings, kinds, createWork }: WorkerService): Promise<never> {
  const { name, slots, ackWaitMs } = settings;
  const log = createLogger({ service: role, version, level: settings.logLevel });
  return await runService({
    name,
    log,
    leash: settings.leash,
    drainWithinMs: settings.drainMs,
    start: async ({ releases, state }) => {
      const bus = await connectBus({
        servers: settings.natsUrl.split(','),
        name,
        logger: log,
        replicas: settings.streamReplicas,
        leaseTtlMs: settings.leaseTtlMs,
        ackWaitMs,
      });
      releases.push('the bus', () => bus.close());
      const models = createModelClients(processEnvironment(), systemTiming, Math.random);
      releases.push('the model clients', () => models.close());
      const registry = createMetricsRegistry(role, version);
      const metrics = createWorkerMetrics(registry);
      for (const kind of kinds) metrics.slots.set({ kind }, slots);
      const work = await createWork(bus, models, releases);
      const worker = startWorker(
        { name, kinds, slots, ackWaitMs, drainMs: settings.drainMs * closingShare },
        {
          bus,
          work,
          clock: systemTiming,
          logger: log,
          settled: (kind, settlement, elapsedMs) => {
            if (settlement === 'done') metrics.jobsCompleted.inc({ kind });
            else if (settlement === 'poison') metrics.jobsPoisoned.inc({ kind });
            metrics.jobRunSeconds.observe({ kind }, elapsedMs / 1000);
            metrics.jobsInFlight.set({ kind }, worker.inFlight());
          },
        },
      );
      releases.push('the jobs in flight', () => worker.drain());
      const health = await startHealthServer({
        host: settings.healthHost,
        port: settings.healthPort,
        state,
        checks: { bus: (signal) => bus.check(signal) },
        checkWithinMs: 2000,
        metrics: registry,
      });
      releases.use('the health server', health);
      return { health: health.url };
    },
  });
}

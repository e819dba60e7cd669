import type { Registry } from 'prom-client';
import { defined } from '../../domain/defined.ts';
import { failureKinds } from '../../domain/failure.ts';
import { createBudgets } from '../budgets/budgets.ts';
import { busSettingsOf } from '../config/service-settings/bus-settings.ts';
import type { WorkerServiceSettings } from '../config/service-settings/service-settings.ts';
import type { Endpoint } from '../contracts/generated/scale/v1/control.ts';
import type { Failure } from '../contracts/generated/scale/v1/result.ts';
import { endOfTurn } from '../lifecycle/end-of-turn.ts';
import { startHealthServer } from '../lifecycle/health-server.ts';
import type { ReleaseStack } from '../lifecycle/release-stack.ts';
import { runService } from '../lifecycle/run-service.ts';
import { systemTiming } from '../lifecycle/timing.ts';
import { awaitBus } from '../messaging/await-bus.ts';
import type { Bus, JobKind } from '../messaging/bus.ts';
import { createOpenAiEndpoint } from '../models/endpoint/openai-endpoint.ts';
import { createEndpointEnvironment } from '../models/settings/endpoint-environment.ts';
import { endpointSettings } from '../models/settings/endpoint-settings.ts';
import { proxySettings } from '../models/settings/proxy-settings.ts';
import { createSlotLeases } from '../models/slots/slot-leases.ts';
import { processEnvironment } from '../settings/environment.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import { createBusMetrics, createMetricsRegistry } from '../telemetry/metrics.ts';
import { startTracing } from '../telemetry/start-tracing.ts';
import { createTracingMetrics } from '../telemetry/tracing-metrics.ts';
import { version } from '../telemetry/version.ts';
import { createModelMetrics, createWorkerMetrics } from '../telemetry/worker-metrics.ts';
import { ownProcessId, processHasEnded } from '../toolchain/process-identity.ts';
import { createModelClients, type ModelClients } from './calls/model-clients.ts';
import { createResponseCache } from './calls/response-cache.ts';
import { watchKeys } from './calls/watch-keys.ts';
import type { JobOutcome, JobWork } from './job-work.ts';
import { startWorkerReports } from './report-worker.ts';
import { watchClusterEndpoints } from './watch-cluster-endpoints.ts';
import { startWorker } from './worker.ts';
import { type SandboxLook, watchCondition } from './worker-condition.ts';

export interface WorkerService {
  readonly role: 'executor' | 'predictor';
  readonly settings: WorkerServiceSettings;
  readonly kinds: readonly JobKind[];
  /** For one that runs programs which models wrote. */
  lookAtSandbox?(signal: AbortSignal): Promise<SandboxLook>;
  /**
   * What it pushes on `releases` is released when the jobs in flight have ended.
   * @param ending aborts when the service is asked to end
   */
  createWork(
    bus: Bus,
    models: ModelClients,
    releases: ReleaseStack,
    log: Logger,
    metrics: Registry,
    ending: AbortSignal,
  ): JobWork | Promise<JobWork>;
}

/** Part of the drain time kept for handing back what did not end in time, and for closing. */
export const closingShare = 0.8;

/** A dead worker's slots at endpoints go to others when its jobs do, but the restart of a NATS server must not end calls. */
const leastLeaseMs = 5_000;

/** Runs an executor or a predictor as this process. */
export async function runWorkerService({ role, settings, kinds, createWork, lookAtSandbox }: WorkerService): Promise<never> {
  const { name, slots, ackWaitMs } = settings;
  const log = createLogger({ service: role, version, level: settings.logLevel });
  return await runService({
    name,
    log,
    leash: settings.leash,
    drainWithinMs: settings.drainMs,
    start: async ({ releases, state, ending }) => {
      const tracing = await startTracing(settings.tracing, { service: role, version, name }, log);
      if (tracing !== undefined) releases.push('the traces', tracing.stop);
      const { healthHost: host, healthPort: port } = settings;
      const awaited = awaitBus(busSettingsOf(role, settings, log), ending);
      // First of all, so that a probe of a service that is waiting for NATS finds it alive and learns what it waits for.
      const registry = createMetricsRegistry(role, version);
      createBusMetrics(registry, awaited.link);
      if (tracing !== undefined) createTracingMetrics(registry, tracing.figures);
      const health = await startHealthServer({
        ...{ host, port, state, metrics: registry },
        checks: { bus: (signal) => awaited.check(signal) },
        checkWithinMs: 2000,
      });
      releases.use('the health server', health);
      log.info({ health: health.url }, 'serving probes and metrics');
      const endpoints = await watchClusterEndpoints(settings.endpointsFile, { timing: systemTiming, logger: log });
      releases.push('the file of endpoints', () => endpoints.stop());
      const bus = await awaited.connected;
      releases.push('the bus', () => bus.close());
      const slotLeases = createSlotLeases({
        ...{ store: bus.slots, name, timing: systemTiming, logger: log },
        ttlMs: Math.max(ackWaitMs, leastLeaseMs),
        ...defined({ id: ownProcessId() }),
        hasEnded: processHasEnded,
      });
      releases.push('the slots at endpoints', () => slotLeases.close());
      const budgets = createBudgets({
        ...{ store: bus.budgets, name, timing: systemTiming, logger: log },
        ttlMs: Math.max(ackWaitMs, leastLeaseMs),
        ...defined({ id: ownProcessId() }),
        hasEnded: processHasEnded,
      });
      releases.push('the budgets', () => budgets.close());
      const models = createModelClients(
        createEndpointEnvironment(processEnvironment(), settings),
        systemTiming,
        Math.random,
        proxySettings(processEnvironment()),
        createResponseCache(bus.responses, { timing: systemTiming, warn: (err, message) => log.warn({ err }, message) }),
        slotLeases,
        { endpoints, environment: processEnvironment(), refused: (error) => log.error({ err: error }, error.message) },
        (message) => log.warn(message),
        budgets,
      );
      releases.push('the model clients', () => models.close());
      releases.push('the keys', watchKeys(models, systemTiming));
      const modelMetrics = createModelMetrics(registry, () => models.health());
      const counted = countingCalls(await createWork(bus, models, releases, log, registry, ending), modelMetrics);
      const worker = startWorker(
        { name, kinds, slots, ackWaitMs, drainMs: settings.drainMs * closingShare },
        {
          bus,
          work: async (context) => {
            const done = await counted(context);
            const failure = failureOf(done)?.kind;
            if (failure !== undefined) metrics.failures.inc({ kind: context.job.work?.$case ?? 'none', failure });
            return done;
          },
          timing: systemTiming,
          logger: log,
          turnOver: endOfTurn,
          delivered: (kind, count) => {
            metrics.deliveries.inc({ kind });
            if (count > 1) metrics.redeliveries.inc({ kind });
          },
          settled: (kind, settlement, elapsedMs) => {
            metrics.settled.inc({ kind, settlement });
            metrics.runSeconds.observe({ kind }, elapsedMs / 1000);
          },
        },
      );
      const { shares, beyond, takesJobs } = worker;
      const metrics = createWorkerMetrics(registry, kinds, failureKinds, () => ({
        ...{ slots, inFlight: worker.inFlight() },
        heldUp: shares().reduce((sum, { jobsHeldUp }) => sum + jobsHeldUp, 0),
      }));
      const condition = watchCondition({
        ...{ role, version, lookAtSandbox, logger: log, timing: systemTiming },
        check: (signal) => awaited.check(signal),
        endpoints: () => endpoints.all(),
        ask: askForModels,
      });
      releases.push('the condition', () => condition.stop());
      const reports = startWorkerReports(bus, {
        ...{ name, kinds, slots, shares, beyond, takesJobs },
        ...{ endpoints: () => models.health(), condition: condition.current, timing: systemTiming },
      });
      releases.push('the reports', () => reports[Symbol.dispose]());
      releases.push('the jobs in flight', () => worker.drain());
      return { health: health.url };
    },
  });
}

/** Of an endpoint that the cluster's own settings name: whoever wrote them decides which keys are sent there. */
async function askForModels(endpoint: Endpoint, signal: AbortSignal): Promise<void> {
  const environment = processEnvironment();
  const server = createOpenAiEndpoint(endpointSettings(endpoint, environment), systemTiming, proxySettings(environment));
  try {
    await server.models(signal);
  } finally {
    await server.close();
  }
}

function failureOf({ outcome }: JobOutcome): Failure | undefined {
  return outcome.$case === 'failure' ? outcome.value : outcome.value.failure;
}

/** Counts each call once: one that the journal answers is not recorded again. */
function countingCalls(work: JobWork, metrics: ReturnType<typeof createModelMetrics>): JobWork {
  return (context) =>
    work({
      ...context,
      record: async (call) => {
        const { endpoint, model, usage } = call;
        if (call.fromCache) {
          metrics.cached.inc({ model });
          return await context.record(call);
        }
        metrics.calls.inc({ model_endpoint: endpoint, model });
        // So that the share of the cache's hits is 0 before the first one, and not unknown.
        metrics.cached.inc({ model }, 0);
        metrics.tokens.inc({ model_endpoint: endpoint, model, direction: 'prompt' }, usage?.promptTokens ?? 0);
        metrics.tokens.inc({ model_endpoint: endpoint, model, direction: 'completion' }, usage?.completionTokens ?? 0);
        metrics.callSeconds.observe({ model_endpoint: endpoint }, call.latencyMs / 1000);
        metrics.firstTokenSeconds.observe({ model_endpoint: endpoint }, call.timeToFirstTokenMs / 1000);
        await context.record(call);
      },
    });
}

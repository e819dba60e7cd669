import { defined } from '../domain/defined.ts';
import { coordinatorBusSettings } from '../shared/config/service-settings/bus-settings.ts';
import { coordinatorSettings } from '../shared/config/service-settings/service-settings.ts';
import { startHealthServer } from '../shared/lifecycle/health-server.ts';
import { runService } from '../shared/lifecycle/run-service.ts';
import { settingsOrEnd } from '../shared/lifecycle/settings-or-end.ts';
import { systemTiming } from '../shared/lifecycle/timing.ts';
import { awaitBus } from '../shared/messaging/await-bus.ts';
import { environmentFromParent } from '../shared/settings/environment-from-parent.ts';
import { createLogger } from '../shared/telemetry/logger.ts';
import { createBusMetrics, createMetricsRegistry } from '../shared/telemetry/metrics.ts';
import { startTracing } from '../shared/telemetry/start-tracing.ts';
import { createTracingMetrics } from '../shared/telemetry/tracing-metrics.ts';
import { version } from '../shared/telemetry/version.ts';
import { openAccess } from './access/access.ts';
import { createAuditCall } from './access/audit-calls.ts';
import { openControlCredentials } from './access/control-credentials.ts';
import { createBackupHandlers } from './backup/backup-handlers.ts';
import { createAuditHandlers } from './control/audit-handlers.ts';
import { createControlHandlers } from './control/control-handlers.ts';
import { createDeadLetterHandlers } from './control/dead-letter-handlers.ts';
import { startControlServer } from './control-server.ts';
import { type Coordinator, startCoordinator } from './coordinator.ts';
import { createCoordinatorMetrics } from './coordinator-metrics.ts';
import { dropAbandonedJobs } from './jobs/drop-abandoned-jobs.ts';
import { dailyLimits } from './limits/daily-limits.ts';
import { startBlobCollector } from './retention/collect-blobs.ts';
import { createKeepingHandlers } from './retention/keeping-handlers.ts';
import { startRetention } from './retention/start-retention.ts';
import { startScaler } from './scaler/start-scaler.ts';
import { createSweepHandlers } from './sweeps/sweep-handlers.ts';
import { startSweepLeaders } from './sweeps/sweep-leaders.ts';
import { keepTeams } from './teams/keep-teams.ts';
import { createTeams } from './teams/teams.ts';
import { watchTeams } from './teams/watch-teams.ts';
import { startWebhook } from './webhook/start-webhook.ts';

await environmentFromParent();
const settings = settingsOrEnd('coordinator', () => coordinatorSettings());
const { name, leash, drainMs } = settings;
const log = createLogger({ service: 'coordinator', version, level: settings.logLevel });

await runService({
  name,
  log,
  leash,
  drainWithinMs: drainMs,
  start: async ({ releases, state, ending }) => {
    const tracing = await startTracing(settings.tracing, { service: 'coordinator', version, name }, log);
    if (tracing !== undefined) releases.push('the traces', tracing.stop);
    // What is wrong with the files of tokens, certificates and teams is told at once, not when NATS has come.
    const access = await openAccess(settings, { timing: systemTiming, logger: log });
    releases.push('the tokens', access.stop);
    const { credentials, stop } = await openControlCredentials(settings, { timing: systemTiming, logger: log });
    releases.push('the certificate', stop);
    const watching = { timing: systemTiming, logger: log };
    const teamsFile = settings.teamsFile === undefined ? undefined : await watchTeams(settings.teamsFile, watching);
    if (teamsFile !== undefined) releases.push('the file of teams', teamsFile.stop);
    const { healthHost: host, healthPort: port } = settings;
    const awaited = awaitBus(coordinatorBusSettings(settings, log), ending);
    // First of all, so that a probe of a service that is waiting for NATS finds it alive and learns what it waits for.
    const metrics = createMetricsRegistry('coordinator', version);
    createBusMetrics(metrics, awaited.link);
    if (tracing !== undefined) createTracingMetrics(metrics, tracing.figures);
    const health = await startHealthServer({
      ...{ host, port, state, metrics },
      checks: { bus: (signal) => awaited.check(signal) },
      checkWithinMs: 2000,
    });
    releases.use('the health server', health);
    log.info({ health: health.url }, 'serving probes and metrics');
    const bus = await awaited.connected;
    releases.push('the bus', () => bus.close());
    if (settings.resume === 'requested') await dropAbandonedJobs(bus, name);
    const { webhookUrl: url, webhookSecret: secret, webhookPrivate: mayBePrivate } = settings;
    if (url !== undefined && secret !== undefined) {
      const webhook = startWebhook({ url, secret, mayBePrivate }, { bus, timing: systemTiming, logger: log, name });
      // After all runs have been let go: what has just ended is told too.
      releases.push('the webhook', () => webhook.stop());
    }
    let spentOf: Coordinator['budget'] = () => undefined;
    const teams = createTeams(teamsFile, { bus, budget: (scope) => spentOf(scope) });
    const daily = dailyLimits(settings.dayLimits, teams.quotas);
    const coordinator = startCoordinator({ ...settings, daily }, bus, log, systemTiming);
    spentOf = coordinator.budget;
    releases.push('the coordinator', () => coordinator.stop());
    if (teamsFile !== undefined) {
      const kept = keepTeams(bus, teams, { timing: systemTiming, logger: log });
      releases.push('the shares of teams', () => kept.stop());
    }
    const collector = startBlobCollector(bus, name, log, systemTiming);
    releases.push('the blob collector', () => collector.stop());
    if (settings.keepRuns !== undefined) {
      const kept = { ...settings.keepRuns, ...defined({ archiveFolder: settings.archiveFolder }) };
      const retention = startRetention(kept, { bus, timing: systemTiming, logger: log, name });
      releases.push('the retention of runs', () => retention.stop());
    }
    const handlers = createControlHandlers(bus, coordinator, systemTiming, name);
    const { startRun, getRun } = handlers;
    const leaders = startSweepLeaders({
      ...{ settings, bus, startRun, drive: coordinator.drive, budgets: coordinator },
      ...{ timing: systemTiming, logger: log },
    });
    releases.push('the leading of sweeps', () => leaders.stop());
    const sweeps = createSweepHandlers({ bus, leaders, getRun, budgets: coordinator, timing: systemTiming });
    const backups = createBackupHandlers({ bus, timing: systemTiming, logger: log, name });
    const control = await startControlServer(
      {
        address: `${hostInAddress(settings.controlHost)}:${settings.controlPort}`,
        audit: createAuditCall(bus, { timing: systemTiming, logger: log, coordinator: name }),
        ...{ access, teams, credentials, messageBytes: settings.controlMessageBytes },
        limits: { callsPerSecond: settings.controlCallsPerSecond, callsAtOnce: settings.controlCallsAtOnce },
      },
      {
        ...{ ...handlers, ...sweeps, ...createDeadLetterHandlers(bus, coordinator), ...createAuditHandlers(bus) },
        ...backups,
        ...createKeepingHandlers(bus, name),
      },
      log,
    );
    if (settings.controlToken === undefined && settings.controlTokensFile === undefined) {
      log.warn('no token is set: anyone on this machine may start and end runs (SCALE_CONTROL_TOKEN, SCALE_CONTROL_TOKENS_FILE)');
    }
    releases.push('the control server', () => control.stop());
    const scaler = await startScaler(settings, { bus, coordinator, credentials, logger: log, timing: systemTiming });
    releases.push('the scaler', () => scaler.stop());
    createCoordinatorMetrics(metrics, { figures: coordinator.figures, bus, logger: log, timing: systemTiming });
    const address = `${hostInAddress(settings.controlHost)}:${control.port}`;
    return { control: address, health: health.url, ...defined({ scaler: scaler.address }) };
  },
});

/** An IPv6 address stands in brackets before a port. */
function hostInAddress(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

import { defined } from '../domain/defined.ts';
import { busSettingsOf } from '../shared/config/bus-settings.ts';
import { coordinatorSettings } from '../shared/config/service-settings.ts';
import { startHealthServer } from '../shared/lifecycle/health-server.ts';
import { runService } from '../shared/lifecycle/run-service.ts';
import { settingsOrEnd } from '../shared/lifecycle/settings-or-end.ts';
import { systemTiming } from '../shared/lifecycle/timing.ts';
import { awaitBus } from '../shared/messaging/await-bus.ts';
import { createLogger } from '../shared/telemetry/logger.ts';
import { createBusMetrics, createMetricsRegistry } from '../shared/telemetry/metrics.ts';
import { version } from '../shared/telemetry/version.ts';
import { startBlobCollector } from './collect-blobs.ts';
import { createControlHandlers } from './control-handlers.ts';
import { startControlServer } from './control-server.ts';
import { startCoordinator } from './coordinator.ts';
import { createCoordinatorMetrics } from './coordinator-metrics.ts';
import { dropAbandonedJobs } from './drop-abandoned-jobs.ts';
import { startScaler } from './scaler/start-scaler.ts';

const settings = settingsOrEnd('coordinator', () => coordinatorSettings());
const { name, leash, drainMs } = settings;
const log = createLogger({ service: 'coordinator', version, level: settings.logLevel });

await runService({
  name,
  log,
  leash,
  drainWithinMs: drainMs,
  start: async ({ releases, state, ending }) => {
    const { healthHost: host, healthPort: port } = settings;
    const awaited = awaitBus(busSettingsOf(settings, log), ending);
    // First of all, so that a probe of a service that is waiting for NATS finds it alive and learns what it waits for.
    const metrics = createMetricsRegistry('coordinator', version);
    createBusMetrics(metrics, awaited.link);
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
    const coordinator = startCoordinator(settings, bus, log, systemTiming);
    releases.push('the coordinator', () => coordinator.stop());
    const collector = startBlobCollector(bus, name, log, systemTiming);
    releases.push('the blob collector', () => collector.stop());
    const handlers = createControlHandlers(bus, coordinator, systemTiming);
    const control = await startControlServer(
      { address: `${settings.controlHost}:${settings.controlPort}`, token: settings.controlToken },
      handlers,
      log,
    );
    if (settings.controlToken === undefined) {
      log.warn(
        { host: settings.controlHost },
        'no SCALE_CONTROL_TOKEN is set: anyone who can reach the control port may start and end runs',
      );
    }
    releases.push('the control server', () => control.stop());
    const scaler = await startScaler(settings, { bus, coordinator, logger: log, timing: systemTiming });
    releases.push('the scaler', () => scaler.stop());
    createCoordinatorMetrics(metrics, { figures: coordinator.figures, bus, logger: log, timing: systemTiming });
    return { control: `${settings.controlHost}:${control.port}`, health: health.url, ...defined({ scaler: scaler.address }) };
  },
});

import { coordinatorSettings } from '../shared/config/service-settings.ts';
import { startHealthServer } from '../shared/lifecycle/health-server.ts';
import { runService } from '../shared/lifecycle/run-service.ts';
import { connectBus } from '../shared/messaging/nats-bus.ts';
import { createLogger } from '../shared/telemetry/logger.ts';
import { createCoordinatorMetrics, createMetricsRegistry } from '../shared/telemetry/metrics.ts';
import { version } from '../shared/telemetry/version.ts';
import { createControlHandlers } from './control-handlers.ts';
import { startControlServer } from './control-server.ts';
import { startCoordinator } from './coordinator.ts';
import { dropAbandonedJobs } from './drop-abandoned-jobs.ts';

const settings = coordinatorSettings();
const { name, leash, drainMs } = settings;
const log = createLogger({ service: 'coordinator', version, level: settings.logLevel });

await runService({
  name,
  log,
  leash,
  drainWithinMs: drainMs,
  start: async ({ releases, state }) => {
    const bus = await connectBus({
      servers: settings.natsUrl.split(','),
      name,
      logger: log,
      replicas: settings.streamReplicas,
      leaseTtlMs: settings.leaseTtlMs,
      ackWaitMs: settings.ackWaitMs,
    });
    releases.push('the bus', () => bus.close());
    if (settings.resume === 'requested') await dropAbandonedJobs(bus, name);
    const coordinator = startCoordinator(settings, bus, log);
    releases.push('the coordinator', () => coordinator.stop());
    const handlers = createControlHandlers(bus, coordinator, Date.now);
    const control = await startControlServer(
      { address: `${settings.controlHost}:${settings.controlPort}`, token: settings.controlToken },
      handlers,
      log,
    );
    if (settings.controlToken === undefined) {
      log.warn(
        { host: settings.controlHost },
        'no SCALE_CONTROL_TOKEN is set: whoever reaches the control port may start and end runs',
      );
    }
    releases.push('the control server', () => control.stop());
    const metrics = createMetricsRegistry('coordinator', version);
    createCoordinatorMetrics(metrics, coordinator.figures);
    const health = await startHealthServer({
      host: settings.healthHost,
      port: settings.healthPort,
      state,
      checks: { bus: (signal) => bus.check(signal) },
      checkWithinMs: 2000,
      metrics,
    });
    releases.use('the health server', health);
    return { control: `${settings.controlHost}:${control.port}`, health: health.url };
  },
});

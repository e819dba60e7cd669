import type { BusSettings } from '../../messaging/nats-bus.ts';
import type { NatsRole } from '../../messaging/nats-permissions.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { CoordinatorServiceSettings, ServiceSettings } from './service-settings.ts';

/** What a service's settings say about its bus. */
export function busSettingsOf(role: NatsRole, settings: ServiceSettings, logger: Logger): BusSettings {
  const { natsUrl, name, ackWaitMs } = settings;
  const { natsCredentialsFile: credentialsFile, natsCaFile: caFile, natsCertFile: certFile, natsKeyFile: keyFile } = settings;
  return {
    role,
    servers: natsUrl.split(',').map((server) => server.trim()),
    files: { credentialsFile, caFile, certFile, keyFile },
    ...{ name, logger, ackWaitMs },
  };
}

/** Of the one service that makes the streams. */
export function coordinatorBusSettings(settings: CoordinatorServiceSettings, logger: Logger): BusSettings {
  const { streamReplicas: replicas, leaseTtlMs, cacheBytes, cacheMaxAgeMs } = settings;
  return { ...busSettingsOf('coordinator', settings, logger), replicas, leaseTtlMs, cacheBytes, cacheMaxAgeMs };
}

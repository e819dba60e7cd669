import type { BusSettings } from '../messaging/nats-bus.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { ServiceSettings } from './service-settings.ts';

/** What a service's settings say about its bus. */
export function busSettingsOf(settings: ServiceSettings, logger: Logger): BusSettings {
  const { natsUrl, name, streamReplicas: replicas, leaseTtlMs, ackWaitMs, cacheBytes, cacheMaxAgeMs } = settings;
  const { natsCredentialsFile: credentialsFile, natsCaFile: caFile, natsCertFile: certFile, natsKeyFile: keyFile } = settings;
  return {
    servers: natsUrl.split(',').map((server) => server.trim()),
    files: { credentialsFile, caFile, certFile, keyFile },
    ...{ name, logger, replicas, leaseTtlMs, ackWaitMs, cacheBytes, cacheMaxAgeMs },
  };
}

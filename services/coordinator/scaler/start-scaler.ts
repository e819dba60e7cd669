import { ServerCredentials } from '@grpc/grpc-js';
import type { CoordinatorServiceSettings } from '../../shared/config/service-settings/service-settings.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { watchClusterEndpoints } from '../../shared/worker/watch-cluster-endpoints.ts';
import type { Coordinator } from '../coordinator.ts';
import { watchRunsGoingOn } from './runs-going-on.ts';
import { createScalerHandlers } from './scaler-handlers.ts';
import { startScalerServer } from './scaler-server.ts';

export type ScalerSettings = Pick<
  CoordinatorServiceSettings,
  'scalerHost' | 'scalerPort' | 'scalerPlaintext' | 'endpointsFile' | 'maxInFlight'
>;

export interface Scaler {
  /** Host and port; undefined where it was not asked for. */
  readonly address: string | undefined;
  stop(): Promise<void>;
}

/** Answers KEDA, where a port for that is set. */
export async function startScaler(
  { scalerHost, scalerPort, scalerPlaintext, endpointsFile, maxInFlight }: ScalerSettings,
  around: {
    readonly bus: Bus;
    readonly coordinator: Pick<Coordinator, 'workers'>;
    /** Those of the control API, which the scaler shares unless it may do without TLS. */
    readonly credentials: ServerCredentials;
    readonly logger: Logger;
    readonly timing: Timing;
  },
): Promise<Scaler> {
  if (scalerPort === undefined) return { address: undefined, stop: async () => undefined };
  const { bus, coordinator, logger, timing } = around;
  const credentials = scalerPlaintext === 'trusted-network' ? ServerCredentials.createInsecure() : around.credentials;
  const endpoints = await watchClusterEndpoints(endpointsFile, { timing, logger });
  const runs = watchRunsGoingOn(bus, logger, timing);
  const handlers = createScalerHandlers({
    ...{ bus, runs, timing },
    around: () => ({ maxInFlight, serversOf: endpoints.serversOf, workers: coordinator.workers.present() }),
  });
  const server = await startScalerServer({ address: `${scalerHost}:${scalerPort}`, credentials }, handlers, logger, timing);
  return {
    address: `${scalerHost}:${server.port}`,
    async stop() {
      await server.stop();
      await Promise.all([runs.stop(), endpoints.stop()]);
    },
  };
}

import type { RunEndpoint } from '../../shared/config/endpoints/run-endpoints.ts';
import type { Cli } from '../cli.ts';
import { mainOf, startChildService } from '../cluster/child-service.ts';
import { plainEnvironment, simulatorEnvironment } from '../cluster/service-environment.ts';

/** Where a model is served, once the simulated one has been started. */
export interface ModelServers {
  readonly endpoints: readonly RunEndpoint[];
  /** Resolves when the simulated model has ended; absent where the servers are elsewhere. */
  readonly exited?: Promise<unknown>;
  stop(): Promise<void>;
}

/** @param benchmarkFiles of users, whose queries a simulated model is to know */
export async function startModelServers(
  cli: Cli,
  { endpoints, benchmarkFiles }: { readonly endpoints: readonly RunEndpoint[]; readonly benchmarkFiles: readonly string[] },
): Promise<ModelServers> {
  if (endpoints.every(({ simulated }) => !simulated)) return { endpoints, stop: async () => undefined };
  const environment = {
    ...plainEnvironment(cli.environment),
    ...simulatorEnvironment({ port: 0, benchmarkFiles }),
    SCALE_LOG_LEVEL: cli.environment.SCALE_LOG_LEVEL ?? 'warn',
  };
  const { requested, forced } = cli.interrupts;
  const simulator = await startChildService({ name: 'simulator', script: mainOf('simulator'), environment }, requested);
  return {
    endpoints: endpoints.map((endpoint) => ({ ...endpoint, baseUrl: simulator.addresses.models ?? '' })),
    exited: simulator.exited,
    stop: async () => void (await (forced.aborted ? simulator.kill() : simulator.stop())),
  };
}

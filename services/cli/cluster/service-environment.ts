import { delimiter } from 'node:path';

/** The settings of each service as environment variables, as services/shared/config/service-settings.ts reads them. */
type ServiceVariables = Record<string, string>;

/** Somebody waits at the keyboard: what is not finished by then is journalled, and goes on with the next start. */
const localDrainMs = 10_000;
/** A coordinator that was killed is started again at once; this is how long its lease keeps the new one waiting. */
const localLeaseMs = 3_000;
/** After a kill -9 of everything, the jobs that were under way wait this long before they are given out again. */
const localAckWaitMs = 8_000;

/** Every service of this machine's cluster listens on loopback only, at ports that the system chooses. */
function common(natsUrl: string): ServiceVariables {
  return {
    SCALE_NATS_URL: natsUrl,
    SCALE_HEALTH_HOST: '127.0.0.1',
    SCALE_HEALTH_PORT: '0',
    SCALE_PARENT_LEASH: 'ipc',
    SCALE_DRAIN_MS: String(localDrainMs),
    SCALE_LEASE_TTL_MS: String(localLeaseMs),
    SCALE_ACK_WAIT_MS: String(localAckWaitMs),
  };
}

export function coordinatorEnvironment(settings: {
  readonly natsUrl: string;
  /** 0: any free one. */
  readonly controlPort: number;
}): ServiceVariables {
  return {
    ...common(settings.natsUrl),
    SCALE_CONTROL_HOST: '127.0.0.1',
    SCALE_CONTROL_PORT: String(settings.controlPort),
    // Only the run that was asked for goes on: an unfinished one that happens to lie in the same folder must not cost tokens.
    SCALE_RESUME: 'requested',
  };
}

export function executorEnvironment(settings: { readonly natsUrl: string; readonly slots: number }): ServiceVariables {
  return { ...common(settings.natsUrl), SCALE_SLOTS: String(settings.slots) };
}

export function predictorEnvironment(settings: { readonly natsUrl: string }): ServiceVariables {
  return common(settings.natsUrl);
}

export function simulatorEnvironment(settings: {
  readonly port: number;
  readonly benchmarkFiles: readonly string[];
}): ServiceVariables {
  return {
    SCALE_SIMULATOR_HOST: '127.0.0.1',
    SCALE_SIMULATOR_PORT: String(settings.port),
    SCALE_SIMULATOR_BENCHMARKS: settings.benchmarkFiles.join(delimiter),
    SCALE_PARENT_LEASH: 'ipc',
  };
}

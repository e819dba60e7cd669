import { delimiter } from 'node:path';
import type { Environment } from '../../shared/settings/environment.ts';

/** The settings of each service as environment variables, as service-settings.ts in shared/config reads them. */
type ServiceVariables = Record<string, string>;

/** Someone is waiting at the keyboard: what is not finished by then is journalled, and continues at the next start. */
const localDrainMs = 10_000;
/** A coordinator that was killed is started again at once; this is how long its lease keeps the new one waiting. */
const localLeaseMs = 3_000;
/** After a kill -9 of everything, the jobs that were under way wait this long before they are given out again. */
const localAckWaitMs = 8_000;

/** What any program may need to run here and to reach others; secrets do not belong here. */
const plainVariables = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TMPDIR', 'TMP', 'TEMP', 'TZ', 'LANG', 'LANGUAGE'],
  ...[
    'LD_LIBRARY_PATH',
    'LD_PRELOAD',
    'NODE_OPTIONS',
    'NODE_EXTRA_CA_CERTS',
    'NODE_USE_ENV_PROXY',
    'NODE_V8_COVERAGE',
    'NODE_COMPILE_CACHE',
  ],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'],
  ...['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'],
]);

/** Settings of services too, but these belong to another cluster or to the coordinator alone, and some of them are secrets. */
const otherClusters = /^SCALE_(CONTROL_|SCALER_|NATS_|WEBHOOK_|ENDPOINT_KEYS|(SERVER|TOKEN_FILE|CA_FILE|CERT_FILE|KEY_FILE)$)/;

/**
 * The part of this command's environment that its services get: not what merely happens to be there, such as a database password.
 */
export function plainEnvironment(environment: Environment): ServiceVariables {
  const isPlain = (name: string) =>
    plainVariables.has(name) || /^(LC|OTEL|XDG)_/.test(name) || (name.startsWith('SCALE_') && !otherClusters.test(name));
  const plain = Object.entries(environment).filter(([name]) => isPlain(name));
  return Object.fromEntries(plain.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** Keys of models, and where they may be sent. */
export interface WorkerKeys {
  readonly variables: ServiceVariables;
  readonly bindingsFile: string;
}

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
  readonly controlToken: string;
  /** 0: any free one. */
  readonly controlPort: number;
  /** Of this command. */
  readonly environment: Environment;
}): ServiceVariables {
  const webhook = Object.entries(settings.environment).filter(([name]) => name.startsWith('SCALE_WEBHOOK_'));
  return {
    ...Object.fromEntries(webhook.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
    ...common(settings.natsUrl),
    SCALE_CONTROL_TOKEN: settings.controlToken,
    SCALE_CONTROL_HOST: '127.0.0.1',
    SCALE_CONTROL_PORT: String(settings.controlPort),
    // Only the run that was asked for continues: an unfinished one that happens to be in the same folder must not cost tokens.
    SCALE_RESUME: 'requested',
  };
}

/**
 * For Node.js, by service. V8 lets what is young grow to 128 MB, and what is old to several times what is in use,
 * before it clears up. A coordinator has some 40 MB in use whatever the length of a run, and clears up often enough for that to
 * show, and so does a predictor, which has little to do: with more room it grew for half an hour first. Executors have 61 MB in
 * use after twenty runs as after sixty, and would grow to 490 MB meanwhile. Theirs grows to three times what is in use, since a
 * job outlives many young objects: with 50 %, a fifth of an executor's time went into clearing up. The room for what is young is
 * there at once, since nearly all that a program loads survives: growing from 1 MB costs a seventh of the CPU of an executor's
 * start, and a twentieth of a coordinator's.
 */
export const nodeFlags: Readonly<Record<string, readonly string[]>> = {
  coordinator: ['--min-semi-space-size=8', '--max-semi-space-size=8', '--heap-growing-percent=50'],
  executor: ['--min-semi-space-size=16', '--heap-growing-percent=200'],
  predictor: ['--min-semi-space-size=8', '--max-semi-space-size=8', '--heap-growing-percent=50'],
};

/**
 * For the C library's allocator, by service. Left alone, it keeps what was freed: it takes buffers of up to 32 MB from its heap
 * once one of them was freed, and has a heap for each thread.
 */
export const allocatorVariables: Readonly<Record<string, ServiceVariables>> = {
  coordinator: { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' },
};

interface WorkerWishes {
  readonly natsUrl: string;
  readonly keys: WorkerKeys;
}

export function executorEnvironment(settings: WorkerWishes & { readonly slots: number }): ServiceVariables {
  return { ...predictorEnvironment(settings), SCALE_SLOTS: String(settings.slots) };
}

export function predictorEnvironment({ natsUrl, keys }: WorkerWishes): ServiceVariables {
  return { ...keys.variables, ...common(natsUrl), SCALE_ENDPOINT_KEYS_FILE: keys.bindingsFile };
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

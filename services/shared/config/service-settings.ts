import { hostname } from 'node:os';
import { delimiter } from 'node:path';
import { z } from 'zod';
import type { KeySettings } from '../models/endpoint-environment.ts';
import { parseKeyBindings } from '../models/key-bindings.ts';
import { type IsolationLevel, isolationLevels } from '../sandbox/isolation.ts';
import { deepFreeze } from '../settings/deep-freeze.ts';
import { type Environment, processEnvironment } from '../settings/environment.ts';
import { choice, integer, text } from '../settings/rules.ts';
import { SettingsError } from '../settings/settings-error.ts';
import { type LogLevel, logLevels } from '../telemetry/logger.ts';
import { defaults } from './defaults.ts';

/** What every service is told by its environment. Times are in milliseconds. */
export interface ServiceSettings {
  readonly natsUrl: string;
  /** SCALE_WORKER_NAME: unique in the cluster; it names a lease's holder. */
  readonly name: string;
  readonly healthHost: string;
  /** 0 for any free one. */
  readonly healthPort: number;
  readonly logLevel: LogLevel;
  /** What ties the service to its parent; see runService. */
  readonly leash: 'none' | 'stdin' | 'ipc';
  /** Time that a service has to finish what it is at, after it is asked to end. */
  readonly drainMs: number;
  /** Streams are created by whoever comes first, so all services must agree on these. */
  readonly streamReplicas: number;
  readonly leaseTtlMs: number;
  /** A job is given to another worker when nothing was heard of it for so long. The coordinator decides it, workers keep to it. */
  readonly ackWaitMs: number;
}

export interface CoordinatorServiceSettings extends ServiceSettings {
  readonly controlHost: string;
  readonly controlPort: number;
  /** What every control call must show; undefined: whoever reaches the port may steer. */
  readonly controlToken?: string;
  /** `requested`: go on only with runs that somebody asks this process for. */
  readonly resume: 'all' | 'requested';
  /** Jobs of a run in flight over all workers, where the run does not say. */
  readonly maxInFlight: number;
  readonly reconcileMs: number;
}

/** Of an executor or a predictor. */
export interface WorkerServiceSettings extends ServiceSettings, KeySettings {
  /** Jobs at once. */
  readonly slots: number;
}

export interface ExecutorServiceSettings extends WorkerServiceSettings {
  readonly sandbox: SandboxServiceSettings;
}

/** How the programs that models write are run. */
export interface SandboxServiceSettings {
  /** Refuse to run a program with less isolation. */
  readonly minIsolation: IsolationLevel;
  /** Path of the interpreter; undefined for the first that works. */
  readonly python?: string;
  /** A folder of packages that programs may import beyond Python's own; undefined for none. */
  readonly packages?: string;
  /** Address space of a program that does not say. */
  readonly memoryLimitBytes: number;
}

export interface SimulatorServiceSettings {
  readonly host: string;
  readonly port: number;
  readonly seed: number;
  readonly firstTokenMs: number;
  /** Of one reply; 0 for no wait at all. */
  readonly tokensPerSecond: number;
  /** Requests that are answered at once; the others wait in order. */
  readonly maxSequences: number;
  /** A file for one line of JSON a finished call; "" for none. */
  readonly accessLog: string;
  /** Benchmark files of users whose queries it knows beside the built-in ones. */
  readonly benchmarkFiles: readonly string[];
  readonly logLevel: LogLevel;
  readonly leash: 'none' | 'stdin' | 'ipc';
  readonly drainMs: number;
}

const { service } = defaults;
const port = z.coerce.number({ error: 'must be a port from 0 to 65535' }).pipe(integer(0, 65_535));
const count = (low: number, high: number) =>
  z.coerce.number({ error: `must be a whole number from ${low} to ${high}` }).pipe(integer(low, high));
const milliseconds = (low: number, high: number) => count(low, high);
const natsAddress = 'must be addresses such as nats://nats-1:4222, separated by commas';

const shared = {
  SCALE_NATS_URL: text(natsAddress)
    .refine((urls) => urls.split(',').every((url) => /^(nats|tls):\/\/[^\s/]+$/.test(url.trim())), { error: natsAddress })
    .default(service.natsUrl),
  SCALE_WORKER_NAME: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/, { error: 'must be 1 to 100 letters, digits, dots, hyphens or underscores' })
    .optional(),
  SCALE_HEALTH_HOST: text().default(service.healthHost),
  SCALE_HEALTH_PORT: port.default(service.healthPort),
  SCALE_LOG_LEVEL: choice(logLevels).default(service.logLevel),
  SCALE_PARENT_LEASH: choice(['none', 'stdin', 'ipc']).optional(),
  SCALE_DRAIN_MS: milliseconds(0, 3_600_000).default(service.drainMs),
  SCALE_STREAM_REPLICAS: count(1, 5).default(service.streamReplicas),
  SCALE_LEASE_TTL_MS: milliseconds(500, 600_000).default(service.leaseTtlMs),
  SCALE_ACK_WAIT_MS: milliseconds(1000, 3_600_000).default(service.ackWaitMs),
};

/** A token that can be guessed is none. */
const controlToken = z.string().regex(/^[\x21-\x7e]{16,}$/, { error: 'must be at least 16 characters without blanks' });

const coordinatorVariables = z.object({
  ...shared,
  SCALE_CONTROL_HOST: text().default(service.controlHost),
  SCALE_CONTROL_PORT: port.default(service.controlPort),
  SCALE_CONTROL_TOKEN: controlToken.optional(),
  SCALE_RESUME: choice(['all', 'requested']).default(service.resume),
  SCALE_MAX_IN_FLIGHT: count(1, 100_000).default(service.maxInFlight),
  SCALE_RECONCILE_MS: milliseconds(50, 600_000).default(service.reconcileMs),
});

const keyBindings = z.string().transform((value, context) => {
  const bindings = parseKeyBindings(value);
  if (bindings !== undefined) return bindings;
  context.addIssue('must be bindings such as MY_KEY=https://gpu-1:8000/v1, parted by blanks');
  return z.NEVER;
});

const workerVariables = (slots: number) =>
  z.object({
    ...shared,
    SCALE_SLOTS: count(1, 4096).default(slots),
    SCALE_ENDPOINT_KEYS: keyBindings.default([]),
    SCALE_ENDPOINT_KEYS_FILE: text().optional(),
  });

const sandboxVariables = {
  SCALE_SANDBOX_MIN_ISOLATION: choice(isolationLevels).default(service.sandboxMinIsolation),
  SCALE_SANDBOX_PYTHON: text().optional(),
  SCALE_SANDBOX_PACKAGES: text().optional(),
  SCALE_SANDBOX_MEMORY_MB: count(64, 1_048_576).default(service.sandboxMemoryMb),
};

const simulatorVariables = z.object({
  SCALE_SIMULATOR_HOST: text().default(service.simulatorHost),
  SCALE_SIMULATOR_PORT: port.default(service.simulatorPort),
  SCALE_SIMULATOR_SEED: count(0, Number.MAX_SAFE_INTEGER).default(service.simulatorSeed),
  SCALE_SIMULATOR_FIRST_TOKEN_MS: milliseconds(0, 600_000).default(service.simulatorFirstTokenMs),
  SCALE_SIMULATOR_TOKENS_PER_SECOND: count(0, 1_000_000).default(service.simulatorTokensPerSecond),
  SCALE_SIMULATOR_MAX_SEQUENCES: count(1, 100_000).default(service.simulatorMaxSequences),
  SCALE_SIMULATOR_ACCESS_LOG: text().default(''),
  SCALE_SIMULATOR_BENCHMARKS: text().default(''),
  SCALE_LOG_LEVEL: shared.SCALE_LOG_LEVEL,
  SCALE_PARENT_LEASH: shared.SCALE_PARENT_LEASH,
  SCALE_DRAIN_MS: shared.SCALE_DRAIN_MS,
});

/** @throws SettingsError */
export function coordinatorSettings(environment: Environment = processEnvironment()): CoordinatorServiceSettings {
  const variables = read(coordinatorVariables, environment);
  return deepFreeze({
    ...sharedSettings('coordinator', variables),
    controlHost: variables.SCALE_CONTROL_HOST,
    controlPort: variables.SCALE_CONTROL_PORT,
    ...(variables.SCALE_CONTROL_TOKEN === undefined ? {} : { controlToken: variables.SCALE_CONTROL_TOKEN }),
    resume: variables.SCALE_RESUME,
    maxInFlight: variables.SCALE_MAX_IN_FLIGHT,
    reconcileMs: variables.SCALE_RECONCILE_MS,
  });
}

/** @throws SettingsError */
export function executorSettings(environment: Environment = processEnvironment()): ExecutorServiceSettings {
  return deepFreeze({ ...workerSettings('executor', service.slots, environment), sandbox: sandboxSettings(environment) });
}

/** @throws SettingsError */
export function sandboxSettings(environment: Environment = processEnvironment()): SandboxServiceSettings {
  const variables = read(z.object(sandboxVariables), environment);
  const { SCALE_SANDBOX_PYTHON: python, SCALE_SANDBOX_PACKAGES: packages } = variables;
  return deepFreeze({
    minIsolation: variables.SCALE_SANDBOX_MIN_ISOLATION,
    ...(python === undefined ? {} : { python }),
    ...(packages === undefined ? {} : { packages }),
    memoryLimitBytes: variables.SCALE_SANDBOX_MEMORY_MB * 1024 ** 2,
  });
}

/** @throws SettingsError */
export function predictorSettings(environment: Environment = processEnvironment()): WorkerServiceSettings {
  return workerSettings('predictor', service.predictorSlots, environment);
}

/** @throws SettingsError */
export function simulatorSettings(environment: Environment = processEnvironment()): SimulatorServiceSettings {
  const variables = read(simulatorVariables, environment);
  return deepFreeze({
    host: variables.SCALE_SIMULATOR_HOST,
    port: variables.SCALE_SIMULATOR_PORT,
    seed: variables.SCALE_SIMULATOR_SEED,
    firstTokenMs: variables.SCALE_SIMULATOR_FIRST_TOKEN_MS,
    tokensPerSecond: variables.SCALE_SIMULATOR_TOKENS_PER_SECOND,
    maxSequences: variables.SCALE_SIMULATOR_MAX_SEQUENCES,
    accessLog: variables.SCALE_SIMULATOR_ACCESS_LOG,
    benchmarkFiles: variables.SCALE_SIMULATOR_BENCHMARKS.split(delimiter).filter((file) => file !== ''),
    logLevel: variables.SCALE_LOG_LEVEL,
    leash: variables.SCALE_PARENT_LEASH ?? leashOfThisProcess(),
    drainMs: variables.SCALE_DRAIN_MS,
  });
}

function workerSettings(role: string, slots: number, environment: Environment): WorkerServiceSettings {
  const variables = read(workerVariables(slots), environment);
  return deepFreeze({
    ...sharedSettings(role, variables),
    slots: variables.SCALE_SLOTS,
    endpointKeys: variables.SCALE_ENDPOINT_KEYS,
    ...(variables.SCALE_ENDPOINT_KEYS_FILE === undefined ? {} : { endpointKeysFile: variables.SCALE_ENDPOINT_KEYS_FILE }),
  });
}

function sharedSettings(role: string, variables: z.infer<z.ZodObject<typeof shared>>): ServiceSettings {
  return {
    natsUrl: variables.SCALE_NATS_URL,
    name: variables.SCALE_WORKER_NAME ?? `${role}-${hostname()}-${process.pid}`,
    healthHost: variables.SCALE_HEALTH_HOST,
    healthPort: variables.SCALE_HEALTH_PORT,
    logLevel: variables.SCALE_LOG_LEVEL,
    leash: variables.SCALE_PARENT_LEASH ?? leashOfThisProcess(),
    drainMs: variables.SCALE_DRAIN_MS,
    streamReplicas: variables.SCALE_STREAM_REPLICAS,
    leaseTtlMs: variables.SCALE_LEASE_TTL_MS,
    ackWaitMs: variables.SCALE_ACK_WAIT_MS,
  };
}

/** A service that was forked with a channel to its parent ends with it. */
function leashOfThisProcess(): 'none' | 'ipc' {
  return process.connected ? 'ipc' : 'none';
}

/** A variable that is set to nothing counts as not set: that is how Compose and Kubernetes leave one out. */
function read<T extends z.ZodObject>(variables: T, environment: Environment): z.infer<T> {
  const given = Object.fromEntries(
    Object.keys(variables.shape).flatMap((name) => (environment[name]?.trim() ? [[name, environment[name].trim()]] : [])),
  );
  const parsed = variables.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const variable = String(issue?.path[0]);
  const value = given[variable] ?? '';
  // A NATS address can hold a password.
  const shown = value.includes('@') || variable.endsWith('_TOKEN') ? '(not shown)' : JSON.stringify(value);
  throw new SettingsError(variable, `${variable} ${issue?.message}, but is ${shown}`);
}

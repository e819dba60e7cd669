import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { defined } from '../../domain/defined.ts';
import { fileVariableOf } from '../../shared/settings/environment.ts';
import { bringNatsServer } from '../../shared/toolchain/bring-nats-server.ts';
import { type NatsServerProcess, startNatsServer } from '../../shared/toolchain/nats-process.ts';
import { type ChildService, mainOf, readTail, startChildService } from './child-service.ts';
import type { ClusterParts } from './cluster-parts.ts';
import type { DataFolder } from './data-folder.ts';
import type { DiskWatch } from './disk-watch.ts';
import {
  allocatorVariables,
  coordinatorEnvironment,
  executorEnvironment,
  nodeFlags,
  plainEnvironment,
  predictorEnvironment,
  simulatorEnvironment,
  type WorkerKeys,
} from './service-environment.ts';
import { type Supervised, supervise } from './supervise.ts';

export interface LocalClusterSettings {
  readonly folder: DataFolder;
  /** "read" is a server and a coordinator that continues no run; "run" is everything. */
  readonly purpose: 'run' | 'read';
  /** To read, until another command wants to run something: see askForFolder. Default: no. */
  readonly lasting?: boolean;
  readonly executors: number;
  /** Jobs in flight per executor. */
  readonly slots: number;
  readonly withSimulator: boolean;
  /** Benchmark files of users that the simulated model should know. Default: none. */
  readonly simulatorBenchmarks?: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Variables with keys that the workers get from the environment; see bindKeys. */
  readonly keyVariables?: readonly string[];
  /** Tells people what happens to the services. */
  readonly notice: (message: string) => void;
}

/** The settings, and the disk that holds the folder: a part that died of it is started again when there is room. */
export type WatchedSettings = LocalClusterSettings & { readonly disk: DiskWatch };

export interface StartedParts {
  readonly coordinator: Supervised<ChildService>;
  readonly simulator: Supervised<ChildService> | undefined;
  /** Of a cluster that runs something. */
  readonly beginPredictor?: (signal: AbortSignal) => Promise<Supervised<ChildService>>;
}

/**
 * @param parts gets each part as soon as it runs, so that what has been started can be stopped
 * @param controlToken that the ControlService is to require
 */
export async function startParts(
  settings: WatchedSettings,
  parts: ClusterParts,
  controlToken: string,
  signal: AbortSignal,
): Promise<StartedParts> {
  const startBus = async (): Promise<string> => {
    const nats = await superviseNatsServer(settings, signal);
    parts.bus.push(nats);
    return nats.current().url;
  };
  // All programs are loaded at once; each service begins when it is told of what it needs.
  const bus = startBus();
  const begin = async (
    name: string,
    room: string,
    environment: ServiceEnvironment,
    limit = signal,
  ): Promise<Supervised<ChildService>> => {
    const part = await superviseService(settings, name, room, environment, limit);
    parts[room === 'simulator' ? 'models' : 'services'].push(part);
    return part;
  };
  const keys = workerKeys(settings);
  const coordinator = begin('coordinator', 'coordinator', async (previous) =>
    coordinatorEnvironment({
      natsUrl: await bus,
      controlToken,
      controlPort: previous === undefined ? 0 : portOf(`tcp://${addressOf(previous, 'control')}`),
      environment: settings.environment,
    }),
  );
  if (settings.purpose === 'read') {
    await settleAll([bus, coordinator]);
    return { coordinator: await coordinator, simulator: undefined };
  }
  const simulator = settings.withSimulator
    ? begin('simulator', 'simulator', async (previous) =>
        simulatorEnvironment({
          port: previous === undefined ? 0 : portOf(addressOf(previous, 'models')),
          benchmarkFiles: settings.simulatorBenchmarks ?? [],
        }),
      )
    : undefined;
  // Workers come after the coordinator, which first clears the queues of runs that have not been asked for.
  const ready = settleAll([bus, coordinator, ...(simulator === undefined ? [] : [simulator])]);
  const forWorkers = async () => {
    await ready;
    return { natsUrl: await bus, keys };
  };
  await settleAll([
    ready,
    ...Array.from({ length: settings.executors }, (_, index) =>
      begin(`executor-${index + 1}`, 'executor', async () =>
        executorEnvironment({ ...(await forWorkers()), slots: settings.slots }),
      ),
    ),
  ]);
  const beginPredictor = (limit: AbortSignal) =>
    begin('predictor', 'predictor', async () => predictorEnvironment(await forWorkers()), limit);
  return { coordinator: await coordinator, simulator: await simulator, beginPredictor };
}

/** Workers alone get the models' keys. */
function workerKeys({ environment, folder, keyVariables = [] }: LocalClusterSettings): WorkerKeys {
  const given = keyVariables.flatMap((variable) => {
    const [value, file] = [environment[variable], environment[fileVariableOf(variable)]];
    return [
      ...(value === undefined ? [] : [[variable, value]]),
      // Whoever uses this cluster from another folder means the same file.
      ...(file === undefined || file.trim() === '' ? [] : [[fileVariableOf(variable), resolve(file.trim())]]),
    ];
  });
  return { variables: Object.fromEntries(given), bindingsFile: folder.endpointKeysFile };
}

type ServiceEnvironment = (previous: ChildService | undefined) => Promise<Record<string, string>>;

/** Waits for all, even if one fails: what has been started must be known before it can be stopped. */
async function settleAll(started: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(started)).find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function superviseNatsServer(settings: WatchedSettings, signal: AbortSignal): Promise<Supervised<NatsServerProcess>> {
  const { path: binary } = await bringNatsServer(settings, signal);
  const logFile = join(settings.folder.nats, 'nats-server.log');
  const password = newSecret();
  return supervise(
    { name: 'nats-server', notice: settings.notice, readTail: () => readTail(logFile), untilRoom: settings.disk.untilRoom },
    (previous, limit) =>
      startNatsServer(
        { binary, password, storeFolder: settings.folder.nats, port: previous === undefined ? 0 : portOf(previous.url) },
        limit,
      ),
    signal,
  );
}

async function superviseService(
  settings: WatchedSettings,
  name: string,
  room: string,
  environment: ServiceEnvironment,
  signal: AbortSignal,
): Promise<Supervised<ChildService>> {
  const logFile = join(settings.folder.logs, `${name}.log`);
  const script = mainOf(room);
  // One that answers a single command does not live long enough for its memory to matter: clearing up often costs it time.
  const isBrief = settings.purpose === 'read' && settings.lasting !== true;
  return supervise(
    { name, notice: settings.notice, readTail: () => readTail(logFile), untilRoom: settings.disk.untilRoom },
    // One that is started again listens where its predecessor did, since others know that address.
    (previous, limit) =>
      startChildService(
        {
          ...{ name, script, logFile },
          environment: { ...plainEnvironment(settings.environment), ...allocatorVariables[room] },
          laterEnvironment: environment(previous),
          ...defined({ nodeFlags: isBrief ? undefined : nodeFlags[room] }),
        },
        limit,
      ),
    signal,
  );
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

export function addressOf(service: ChildService, name: string): string {
  const address = service.addresses[name];
  if (address === undefined) throw new Error(`${service.name} announced no ${name} address`);
  return address;
}

/** 256 bits: no one can guess it. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

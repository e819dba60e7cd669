import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { defined } from '../../domain/defined.ts';
import { capitalised } from '../../shared/document/format.ts';
import { coerceError } from '../../shared/errors/coerce-error.ts';
import { onAbort } from '../../shared/lifecycle/abort.ts';
import { fileVariableOf } from '../../shared/settings/environment.ts';
import { bringNatsServer } from '../../shared/toolchain/bring-nats-server.ts';
import { lockFolder } from '../../shared/toolchain/folder-lock.ts';
import { type NatsServerProcess, startNatsServer } from '../../shared/toolchain/nats-process.ts';
import { identifyProcess } from '../../shared/toolchain/process-identity.ts';
import { type ChildService, mainOf, readTail, startChildService } from './child-service.ts';
import { removeClusterFile, writeClusterFile } from './cluster-file.ts';
import { type DataFolder, makeDataFolder } from './data-folder.ts';
import { requireRoom } from './data-folder-error.ts';
import { type DiskWatch, type StoringServer, watchDisk } from './disk-watch.ts';
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
import { type RunningPart, type Supervised, supervise } from './supervise.ts';

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

export interface LocalCluster {
  /** host:port of the ControlService. */
  readonly controlAddress: string;
  /** The token that its ControlService requires. */
  readonly controlToken: string;
  /** Base URL of the simulated model, where one runs. */
  readonly simulatorUrl: string | undefined;
  /** Resolves if a part of it kept dying; pending forever otherwise. */
  readonly givenUp: Promise<Error>;
  readonly disk: Pick<DiskWatch, 'wait'>;
  /** Lets the services finish what they do, and waits until all are gone. When the signal aborts, they are killed. */
  stop(forced: AbortSignal): Promise<void>;
}

/**
 * Starts the cluster of this machine: nats-server, coordinator and, to run, executors, simulator and predictor. The last one
 * comes when the others are ready, and is not waited for: nothing is proposed before something has been executed, and loading it
 * takes as long as loading an executor.
 * @throws FolderInUseError, NatsServerNotFoundError, NatsServerStartError, ServiceStartError
 */
export async function startLocalCluster(settings: LocalClusterSettings, signal: AbortSignal): Promise<LocalCluster> {
  const { folder } = settings;
  await makeDataFolder(folder);
  const unlock = await lockFolder(folder.root);
  const parts: Parts = { services: [], models: [], bus: [] };
  const disk = watchDisk({ folder: folder.root, server: storingServer(parts, settings.notice) });
  const stopping = new AbortController();
  let predictor: Promise<Supervised<ChildService>> | undefined;
  const stop = async (forced: AbortSignal): Promise<void> => {
    stopping.abort();
    await disk.stop();
    await removeClusterFile(folder);
    await predictor?.catch(() => undefined);
    await stopInOrder(parts, forced);
    await unlock();
  };
  try {
    await requireRoom(folder);
    await rm(folder.endpointKeysFile, { force: true });
    const controlToken = newSecret();
    const { coordinator, simulator, beginPredictor } = await startParts({ ...settings, disk }, parts, controlToken, signal);
    predictor = beginPredictor?.(AbortSignal.any([signal, stopping.signal]));
    // Heard of below; until then it may reject without anyone listening.
    predictor?.catch(() => undefined);
    const controlAddress = addressOf(coordinator.current(), 'control');
    const simulatorUrl = simulator === undefined ? undefined : addressOf(simulator.current(), 'models');
    const owner = (await identifyProcess(process.pid)) ?? { pid: process.pid };
    await writeClusterFile(folder, {
      version: 2,
      owner,
      purpose: settings.purpose,
      ...defined({ lasting: settings.lasting }),
      controlAddress,
      controlToken,
      keyVariables: [...(settings.keyVariables ?? [])],
      ...defined({ simulatorUrl }),
      simulatorBenchmarks: [...(settings.simulatorBenchmarks ?? [])],
    });
    const ends = allOf(parts).map((part) => part.givenUp);
    if (predictor !== undefined) ends.push(predictor.then((part) => part.givenUp, coerceError));
    const givenUp = Promise.race(ends);
    return { controlAddress, controlToken, simulatorUrl, givenUp, disk, stop };
  } catch (error) {
    await stop(AbortSignal.abort());
    throw error;
  }
}

/** In the order in which they end: a service that drains still needs the models and the bus. */
interface Parts {
  readonly services: Supervised<RunningPart>[];
  readonly models: Supervised<RunningPart>[];
  readonly bus: Supervised<NatsServerProcess>[];
}

/** The settings, and the disk that holds the folder: a part that died of it is started again when there is room. */
type WatchedSettings = LocalClusterSettings & { readonly disk: DiskWatch };

function storingServer({ bus }: Parts, notice: (message: string) => void): StoringServer {
  const withinMs = 2_000;
  return {
    health: async () => {
      const monitorUrl = bus[0]?.current().monitorUrl;
      if (monitorUrl === undefined) return undefined;
      const answer = fetch(`${monitorUrl}/healthz`, { signal: AbortSignal.timeout(withinMs) });
      return await answer.then((response) => response.text()).catch(() => undefined);
    },
    restart: async (why) => {
      notice(`${capitalised(why)}.`);
      await bus[0]?.current().stop();
    },
  };
}

interface StartedParts {
  readonly coordinator: Supervised<ChildService>;
  readonly simulator: Supervised<ChildService> | undefined;
  /** Of a cluster that runs something. */
  readonly beginPredictor?: (signal: AbortSignal) => Promise<Supervised<ChildService>>;
}

/** 256 bits: no one can guess it. */
function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

async function startParts(
  settings: WatchedSettings,
  parts: Parts,
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

function addressOf(service: ChildService, name: string): string {
  const address = service.addresses[name];
  if (address === undefined) throw new Error(`${service.name} announced no ${name} address`);
  return address;
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

function allOf(parts: Parts): Supervised<RunningPart>[] {
  return [...parts.services, ...parts.models, ...parts.bus];
}

async function stopInOrder(parts: Parts, forced: AbortSignal): Promise<void> {
  using _killing = onAbort(forced, () => {
    for (const part of allOf(parts)) void part.kill();
  });
  for (const stage of [parts.services, parts.models, parts.bus]) {
    await Promise.all(stage.map((part) => (forced.aborted ? part.kill() : part.stop())));
  }
}

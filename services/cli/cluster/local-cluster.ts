import { rm } from 'node:fs/promises';
import { defined } from '../../domain/defined.ts';
import { capitalised } from '../../shared/document/format.ts';
import { coerceError } from '../../shared/errors/coerce-error.ts';
import { lockFolder } from '../../shared/toolchain/folder-lock.ts';
import { identifyProcess } from '../../shared/toolchain/process-identity.ts';
import type { ChildService } from './child-service.ts';
import { removeClusterFile, writeClusterFile } from './cluster-file.ts';
import { allOf, type ClusterParts, stopInOrder } from './cluster-parts.ts';
import { makeDataFolder } from './data-folder.ts';
import { requireRoom } from './data-folder-error.ts';
import { type DiskWatch, type StoringServer, watchDisk } from './disk-watch.ts';
import { addressOf, type LocalClusterSettings, newSecret, startParts } from './start-parts.ts';
import type { Supervised } from './supervise.ts';

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
  const parts: ClusterParts = { services: [], models: [], bus: [] };
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

function storingServer({ bus }: ClusterParts, notice: (message: string) => void): StoringServer {
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

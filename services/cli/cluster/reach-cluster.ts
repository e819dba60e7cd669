import { setTimeout as sleep } from 'node:timers/promises';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import type { Endpoint } from '../../shared/contracts/generated/scale/v1/control.ts';
import { type ControlClient, connectControl } from '../../shared/control-client/control-client.ts';
import type { ServerAccess } from '../../shared/control-client/server-access.ts';
import { FolderInUseError } from '../../shared/toolchain/folder-lock.ts';
import { isRunning } from '../../shared/toolchain/process-identity.ts';
import { CliError } from '../cli-error.ts';
import type { ViewedWait } from '../progress/run-view.ts';
import { sayWhileWaiting } from '../progress/say-while-waiting.ts';
import { askForFolder } from './ask-for-folder.ts';
import { bindKeys } from './bind-keys.ts';
import { type ClusterRecord, readClusterFile } from './cluster-file.ts';
import { makeDataFolder } from './data-folder.ts';
import { inDataFolder } from './data-folder-error.ts';
import { watchDisk } from './disk-watch.ts';
import { isListening } from './is-listening.ts';
import { startLocalCluster } from './local-cluster.ts';
import type { LocalClusterSettings } from './start-parts.ts';

export interface ReachedCluster {
  readonly client: ControlClient;
  /** Whose it is: a server elsewhere, another command's on this machine, or this command's own. */
  readonly kind: 'server' | 'attached' | 'own';
  readonly simulatorUrl: string | undefined;
  /** Benchmark files of users that the simulated model knows. */
  readonly simulatorBenchmarks: readonly string[];
  /**
   * Lets the workers of this machine send a run's keys to the run's own endpoints. Workers elsewhere have settings of their own.
   * @throws CliError if the workers were started without one of the keys
   */
  bindKeys(endpoints: readonly Endpoint[]): Promise<void>;
  /** Resolves with the reason when the cluster is of no further use; never for a server elsewhere. */
  readonly lost: Promise<Error>;
  /** What everything waits for, as far as this machine can tell: its disk is full. */
  wait(): ViewedWait | undefined;
  /** Closes the connection and stops what this command has started. */
  close(forced: AbortSignal): Promise<void>;
}

/** The command that owned the cluster has ended, and its services with it. */
export class ClusterEndedError extends ScaleError {
  readonly kind = 'unreachable';
}

/** Longest drain of a cluster that is shutting down. */
const waitForFolderMs = 60_000;
const pollMs = 200;

/** A cluster elsewhere. */
export function reachServer({ address, ...access }: ServerAccess): ReachedCluster {
  const client = connectControl(address, access);
  const never = new Promise<never>(() => undefined);
  return {
    client,
    kind: 'server',
    simulatorUrl: undefined,
    simulatorBenchmarks: [],
    bindKeys: async () => undefined,
    lost: never,
    wait: () => undefined,
    close: async () => client.close(),
  };
}

/**
 * The cluster of this machine: the one that runs on the data folder, otherwise one that is started for this command. One that
 * is about to end, or that was started only to read, is waited for.
 */
export function reachLocalCluster(settings: LocalClusterSettings, signal: AbortSignal): Promise<ReachedCluster> {
  const { root } = settings.folder;
  let holder: number | undefined;
  const describe = (): { what: string; until: string } =>
    holder === undefined
      ? {
          what: `the cluster of this machine is starting on ${root}`,
          until: 'each of its services has half a minute to get ready',
        }
      : {
          what: `process ${holder} holds ${root}, and its cluster is about to end or is only for reading`,
          until: `this command waits at most ${waitForFolderMs / 1_000} s for it; with another --data-dir it need not wait`,
        };
  const held = (error: FolderInUseError): void => {
    holder = error.ownerPid;
  };
  return sayWhileWaiting(settings.notice, describe, reachPatiently(settings, held, signal));
}

async function reachPatiently(
  settings: LocalClusterSettings,
  held: (error: FolderInUseError) => void,
  signal: AbortSignal,
): Promise<ReachedCluster> {
  await inDataFolder(settings.folder, () => makeDataFolder(settings.folder));
  const deadline = performance.now() + waitForFolderMs;
  for (;;) {
    const record = await readClusterFile(settings.folder);
    const isForAll = record?.purpose === 'run' || (record?.lasting === true && settings.purpose === 'read');
    if (record !== undefined && isForAll) {
      // Its owner starts a coordinator that has died again, at the same address.
      if (performance.now() > deadline || (await isListening(record.controlAddress))) return attach(settings, record);
      await sleep(pollMs, undefined, { signal });
      continue;
    }
    if (record?.lasting === true) await askForFolder(settings.folder);
    try {
      return await inDataFolder(settings.folder, () => own(settings, signal));
    } catch (error) {
      if (!(error instanceof FolderInUseError)) throw error;
      if (performance.now() > deadline) throw heldError(settings, error);
      held(error);
    }
    await sleep(pollMs, undefined, { signal });
  }
}

function heldError(settings: LocalClusterSettings, error: FolderInUseError): CliError {
  const message =
    `process ${error.ownerPid} holds ${settings.folder.root} but its cluster does not answer: ` +
    'wait for it, stop it, or give another --data-dir';
  return new CliError('unreachable', message, { cause: error });
}

async function own(settings: LocalClusterSettings, signal: AbortSignal): Promise<ReachedCluster> {
  const cluster = await startLocalCluster(settings, signal);
  const client = connectControl(cluster.controlAddress, { token: cluster.controlToken });
  const close = async (forced: AbortSignal): Promise<void> => {
    client.close();
    const describe = () => ({
      what: 'the services of this machine are finishing what they have begun',
      until: 'each has a quarter of a minute; Ctrl-C ends them at once, and nothing is lost',
    });
    await sayWhileWaiting(settings.notice, describe, cluster.stop(forced));
  };
  const { simulatorUrl } = cluster;
  return {
    client,
    kind: 'own',
    simulatorUrl,
    simulatorBenchmarks: settings.simulatorBenchmarks ?? [],
    bindKeys: (endpoints) => bindKeys(settings.folder, endpoints, settings.keyVariables ?? []),
    lost: cluster.givenUp,
    wait: cluster.disk.wait,
    close,
  };
}

function attach(settings: LocalClusterSettings, record: ClusterRecord): ReachedCluster {
  const client = connectControl(record.controlAddress, { token: record.controlToken });
  const closed = new AbortController();
  const disk = watchDisk({ folder: settings.folder.root });
  const close = async (): Promise<void> => {
    closed.abort();
    client.close();
    await disk.stop();
  };
  const lost = ownerEnded(settings, record, closed.signal);
  const { simulatorUrl, simulatorBenchmarks } = record;
  return {
    // Nothing is worked on by one that only reads, whoever started it.
    ...{
      client,
      kind: record.purpose === 'run' ? 'attached' : 'own',
      simulatorUrl,
      simulatorBenchmarks,
      lost,
      close,
      wait: disk.wait,
    },
    bindKeys: (endpoints) => bindKeys(settings.folder, endpoints, record.keyVariables),
  };
}

async function ownerEnded(settings: LocalClusterSettings, record: ClusterRecord, closed: AbortSignal): Promise<Error> {
  while (!closed.aborted) {
    const now = await readClusterFile(settings.folder);
    if (now?.owner.pid !== record.owner.pid || !(await isRunning(record.owner))) {
      return new ClusterEndedError(`the command that owned the cluster (process ${record.owner.pid}) has ended`);
    }
    await sleep(pollMs, undefined, { signal: closed, ref: false }).catch(() => undefined);
  }
  return new Promise<never>(() => undefined);
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { ViewedWait } from '../progress/run-view.ts';
import { type DiskSpace, describeFullDisk, diskSpaceAt } from './disk-space.ts';

export interface DiskWatchSettings {
  /** On the disk that is watched. */
  readonly folder: string;
  /** The server that stores there, if this command has started it. */
  readonly server?: StoringServer;
  readonly space?: typeof diskSpaceAt;
  readonly everyMs?: number;
}

export interface StoringServer {
  /** What it reports about itself; undefined if it does not answer. */
  health(): Promise<string | undefined>;
  /** Ends it, so that it is started again. @param why a sentence for people */
  restart(why: string): Promise<void>;
}

export interface DiskWatch {
  /** What a run waits for if the disk is full. */
  wait(): ViewedWait | undefined;
  /** Resolves once there is room: false if there was room all along. */
  untilRoom(signal: AbortSignal): Promise<boolean>;
  stop(): Promise<void>;
}

const lookEveryMs = 2_000;

/**
 * Watches the disk that holds a cluster's data. Services continue by themselves when it has room again, and so does nats-server
 * up to 2.12; a newer one writes nothing more after a failed write until it is restarted (measured: 2.10.27 and 2.15.1), which
 * this does.
 */
export function watchDisk(settings: DiskWatchSettings): DiskWatch {
  const { folder, server, space = diskSpaceAt, everyMs = lookEveryMs } = settings;
  const stopping = new AbortController();
  let full: { readonly sinceMs: number; readonly space: DiskSpace } | undefined;

  const look = async (probe: boolean): Promise<boolean> => {
    const now = await space(folder, probe || full !== undefined).catch(() => undefined);
    if (now?.isFull) full = { sinceMs: full?.sinceMs ?? performance.now(), space: now };
    else full = undefined;
    return full !== undefined;
  };
  const pause = (signal: AbortSignal): Promise<void> => sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      const isStuck = /write error/i.test((await server?.health()) ?? '');
      const isFull = await look(isStuck);
      if (isStuck && !isFull && !stopping.signal.aborted)
        await server?.restart(`there is room again on the disk that holds ${folder}, but nats-server still writes nothing`);
      await pause(stopping.signal);
    }
  })();
  return {
    wait: () =>
      full && {
        kind: 'disk',
        what: describeFullDisk(folder, full.space),
        until: 'free some space; the run continues by itself',
        waitedMs: performance.now() - full.sinceMs,
      },
    async untilRoom(signal) {
      const either = AbortSignal.any([signal, stopping.signal]);
      if (!(await look(true))) return false;
      while (full !== undefined && !either.aborted) {
        await pause(either);
        await look(true);
      }
      return true;
    },
    async stop() {
      stopping.abort();
      await watching;
    },
  };
}

import { coerceError } from '../../shared/errors/coerce-error.ts';
import { orAborted, pause } from '../../shared/lifecycle/abort.ts';
import { systemTiming } from '../../shared/lifecycle/timing.ts';
import type { Cli } from '../cli.ts';
import { folderWanted } from './ask-for-folder.ts';
import { readClusterFile } from './cluster-file.ts';
import { type DataFolder, hasData } from './data-folder.ts';
import { type ReachedCluster, reachLocalCluster } from './reach-cluster.ts';

/** Where the cluster of this machine is. */
export interface LocalPlace {
  readonly address: string;
  readonly token: string;
  /** `reading`: nothing works on its runs. */
  readonly kind: 'machine' | 'reading';
}

/** Nothing was ever run in the folder. */
export interface NoRuns {
  readonly kind: 'empty';
  /** A sentence, with what to do. */
  readonly why: string;
}

const againMs = 1_000;

/**
 * Stays with the cluster of a data folder, whichever command has it: while none runs anything, it is one of this command's own,
 * to read, which makes room for the next that does.
 * @param tell the place, or why there is none now
 */
export async function stayWithCluster(
  cli: Cli,
  folder: DataFolder,
  tell: (place: LocalPlace | NoRuns | string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { environment, notice, interrupts } = cli;
  while (!signal.aborted) {
    if (!hasData(folder)) {
      tell({ kind: 'empty', why: `there is no run in ${folder.root} yet: start one with \`scale run FILE\`` });
      while (!hasData(folder) && !signal.aborted) await pause(systemTiming, againMs, signal);
      continue;
    }
    let cluster: ReachedCluster | undefined;
    try {
      const settings = { folder, purpose: 'read', lasting: true, executors: 0, slots: 0, withSimulator: false } as const;
      cluster = await reachLocalCluster({ ...settings, environment, notice }, signal);
      const record = await readClusterFile(folder);
      if (record === undefined) continue;
      const { controlAddress: address, controlToken: token, purpose } = record;
      tell({ address, token, kind: purpose === 'run' ? 'machine' : 'reading' });
      await orAborted(Promise.race([cluster.lost, folderWanted(folder, signal)]), signal);
      tell('another command is starting the cluster of this machine, which takes a few seconds');
    } catch (error) {
      if (signal.aborted) break;
      tell(coerceError(error).message);
      await pause(systemTiming, againMs, signal);
    } finally {
      await cluster?.close(interrupts.forced);
    }
    // Whoever has asked for the folder takes it first.
    await pause(systemTiming, againMs, signal);
  }
}

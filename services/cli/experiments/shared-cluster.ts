import type { Cli } from '../cli.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { type ClusterWish, reachToRun } from '../cluster/reach-to-run.ts';
import { endOf } from '../runs/run-to-its-end.ts';

/** One cluster for many runs: reached with the first of them, and once more if it was another command's and that has ended. */
export interface SharedCluster {
  use<Result>(work: (cluster: ReachedCluster) => Promise<Result>): Promise<Result>;
  /** Stops what was started. */
  close(forced: Cli['interrupts']['forced']): Promise<void>;
}

export function createSharedCluster(wish: ClusterWish): SharedCluster {
  let reached: Promise<ReachedCluster> | undefined;
  return {
    use: async (work) => {
      for (;;) {
        reached ??= reachToRun(wish);
        const reaching = reached;
        const cluster = await reaching;
        try {
          return await work(cluster);
        } catch (error) {
          const end = await endOf(cluster, error);
          if (end === undefined) throw error;
          // The first of the runs in flight that finds out reaches another one for all of them.
          if (reached !== reaching) continue;
          reached = undefined;
          wish.notice(`${end.message}; continuing with a cluster of our own.`);
          await cluster.close(wish.cli.interrupts.forced);
        }
      }
    },
    close: async (forced) => {
      const cluster = await reached?.catch(() => undefined);
      await cluster?.close(forced);
    },
  };
}

import type { GetSweepResponse } from '../../shared/contracts/generated/scale/v1/control.ts';
import { ControlError, isLasting } from '../../shared/control-client/control-error.ts';
import { pause } from '../../shared/lifecycle/abort.ts';
import { systemTiming } from '../../shared/lifecycle/timing.ts';
import { describeOutage } from '../cluster/describe-outage.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';

export interface SweepFollowing {
  readonly cluster: ReachedCluster;
  readonly sweepId: string;
  /** Each view of the sweep; true ends the following. */
  readonly seen: (view: GetSweepResponse) => boolean;
  readonly notice: (message: string) => void;
  /** What a restarted coordinator must be told. */
  readonly onReconnect?: (signal: AbortSignal) => Promise<unknown>;
}

/** A cluster on this machine reports its own end; one elsewhere is waited for as long as a restart may take. */
const patienceMs = { server: 300_000, attached: 120_000, own: 120_000 } as const;
const pauseMs = 500;

/**
 * Watches a sweep, through lost connections, until it is over.
 * @returns how it was last
 * @throws the signal's reason, the cluster's reason for being lost, or a ControlError
 */
export async function followSweep(following: SweepFollowing, signal: AbortSignal): Promise<GetSweepResponse> {
  const { cluster, sweepId, seen, notice, onReconnect } = following;
  const over = new AbortController();
  let lost: Error | undefined;
  void cluster.lost.then((error) => {
    lost = error;
    over.abort();
  });
  const watching = AbortSignal.any([signal, over.signal]);
  let failingSince: number | undefined;
  let told = '';
  try {
    for (let isFirst = true; !watching.aborted; isFirst = false) {
      try {
        if (!isFirst) await onReconnect?.(watching);
        for await (const view of cluster.client.watchSweep(sweepId, watching)) {
          failingSince = undefined;
          if (seen(view) || view.summary?.endedAtMs !== undefined) return view;
        }
      } catch (error) {
        if (watching.aborted) break;
        if (!(error instanceof ControlError) || isLasting(error)) throw error;
        failingSince ??= performance.now();
        if (performance.now() - failingSince > patienceMs[cluster.kind]) throw error;
        const message = describeOutage(cluster, error.message);
        if (message !== told) notice(`${message}; trying again.`);
        told = message;
      }
      await pause(systemTiming, pauseMs, watching);
    }
    signal.throwIfAborted();
    throw lost ?? new Error(`the watch of sweep ${sweepId} ended before the sweep did`);
  } finally {
    over.abort();
  }
}

import type { RunSummary } from '../../shared/contracts/generated/scale/v1/control.ts';
import { hasEnded } from '../../shared/contracts/has-ended.ts';
import { isKept } from '../../shared/runs/kept-runs.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { type RunFilter, selectRuns, sortRuns } from './select-runs.ts';

/** Which runs a person can do without. Both, where both are given: old, and not among the newest. */
export interface PruneRule extends RunFilter {
  /** Milliseconds since the start. */
  readonly olderThan?: number;
  /** Newest of each name that stay; the runs of a sweep are one of its name. */
  readonly keep?: number;
}

/**
 * Runs that have ended; one that was interrupted or paused only where that status was asked for, since it could still go on. What
 * one that stays evaluates, or what evaluates one that stays, is judged for itself.
 */
export function runsToPrune(
  runs: readonly RunSummary[],
  rule: PruneRule,
  { cluster, nowMs }: { readonly cluster: ReachedCluster['kind']; readonly nowMs: number },
): RunSummary[] {
  const { olderThan = 0, keep = 0, status } = rule;
  const byName = Map.groupBy(sortRuns(runs, 'started'), ({ name }) => name);
  const newest = new Set([...byName.values()].flatMap((those) => newestOf(those, keep)));
  return sortRuns(selectRuns(runs, rule, cluster), 'started').filter(
    (run) =>
      (status !== undefined || hasEnded(run.status)) &&
      run.createdAtMs <= nowMs - olderThan &&
      !newest.has(run) &&
      !isKept(run, runs),
  );
}

/** @param runs newest first */
function newestOf(runs: readonly RunSummary[], keep: number): RunSummary[] {
  const together = Map.groupBy(runs, ({ runId, sweepId = '' }) => (sweepId === '' ? runId : sweepId));
  return [...together.values()].slice(0, keep).flat();
}

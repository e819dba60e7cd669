import type { RunManifest } from '../../shared/contracts/generated/scale/v1/control.ts';
import { hasEnded } from '../../shared/contracts/has-ended.ts';
import { isKept } from '../../shared/runs/kept-runs.ts';

/** How much of what has ended a cluster keeps. A run goes as soon as one of them is exceeded. */
export interface RetentionRule {
  /** Milliseconds since the end. */
  readonly maxAgeMs?: number;
  /** Runs that have ended. */
  readonly maxRuns?: number;
  /** What logs and results may take, in bytes. */
  readonly maxBytes?: number;
}

/** Runs that go together, or not at all: a sweep's, and those that evaluate what others have found. */
export interface RunGroup {
  /** An evaluation stands before the run that it is of: what breaks off leaves none without it. */
  readonly runs: readonly RunManifest[];
  /** The latest end, or when the run was restored. */
  readonly endedAtMs: number;
}

/**
 * What may go at all, the oldest first: of such a group each run has ended, none is kept by its label, and no sweep that goes on
 * needs one.
 * @param sweepsUnderWay their ids
 */
export function groupsThatMayGo(runs: readonly RunManifest[], sweepsUnderWay: ReadonlySet<string>): RunGroup[] {
  const groups = groupsOf(runs).filter((group) =>
    group.every((run) => hasEnded(run.status) && endOf(run) > 0 && !isKept(run, runs) && !sweepsUnderWay.has(run.sweepId ?? '')),
  );
  return groups
    .map((group) => ({ runs: evaluationsFirst(group), endedAtMs: Math.max(...group.map(endOf)) }))
    .sort((one, other) => one.endedAtMs - other.endedAtMs);
}

/** Of these groups those that are too old or too many. @param ended runs that have ended, and stay or go */
export function groupsThatGo(
  groups: readonly RunGroup[],
  { maxAgeMs, maxRuns }: RetentionRule,
  { ended, nowMs }: { readonly ended: number; readonly nowMs: number },
): RunGroup[] {
  let left = ended;
  return groups.filter(({ runs, endedAtMs }) => {
    const goes = (maxAgeMs !== undefined && endedAtMs <= nowMs - maxAgeMs) || (maxRuns !== undefined && left > maxRuns);
    if (goes) left -= runs.length;
    return goes;
  });
}

/** 0 for one that does not say: it ended under a version that wrote no times, and is left to people. */
function endOf({ endedAtMs = 0, restoredAtMs = 0 }: RunManifest): number {
  return Math.max(endedAtMs, restoredAtMs);
}

function evaluationsFirst(group: readonly RunManifest[]): RunManifest[] {
  return group.toSorted(
    (one, other) => Number(one.ofRun === undefined) - Number(other.ofRun === undefined) || endOf(one) - endOf(other),
  );
}

function groupsOf(runs: readonly RunManifest[]): RunManifest[][] {
  const groupOf = new Map<string, RunManifest[]>();
  const join = (one: readonly RunManifest[], other: readonly RunManifest[]): void => {
    const joined = [...new Set([...one, ...other])];
    for (const { runId } of joined) groupOf.set(runId, joined);
  };
  for (const run of runs) groupOf.set(run.runId, [run]);
  const firstOfSweep = new Map<string, string>();
  for (const { runId, ofRun, sweepId } of runs) {
    const together = [ofRun, sweepId && (firstOfSweep.get(sweepId) ?? runId)].flatMap((id) => groupOf.get(id ?? '') ?? []);
    if (sweepId !== undefined && !firstOfSweep.has(sweepId)) firstOfSweep.set(sweepId, runId);
    join(groupOf.get(runId) ?? [], together);
  }
  return [...new Set(groupOf.values())];
}

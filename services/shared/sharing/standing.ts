import type { RunManifest, ShareGroup } from '../contracts/generated/scale/v1/control.ts';

/** Runs that divide one part among themselves. */
export interface SharingGroup {
  readonly name: string;
  /** Above 0. */
  readonly weight: number;
}

/** What holds back those whose calls are in flight. */
export interface CallCap {
  /** Whose calls: of a run, a sweep or a team. */
  readonly name: string;
  /** Most calls in flight, from 1. */
  readonly atMost: number;
}

/** What a run has beside others, as those who divide something among runs need it. */
export interface Standing {
  readonly weight: number;
  readonly priority: number;
  /** The outermost first. */
  readonly within: readonly SharingGroup[];
  readonly caps: readonly CallCap[];
}

/** A run, for those who divide something among runs. */
export interface Party {
  readonly runId: string;
  /** As it is now: it may be changed while the run goes on. */
  standing(): Standing;
}

/** Of one that says nothing. */
export const usualStanding: Standing = { weight: 1, priority: 0, within: [], caps: [] };

/** A run of a team has a part of the team's share, and a cell of a sweep a part of the sweep's. */
export function standingOf({ runId, share }: Pick<RunManifest, 'runId' | 'share'>): Standing {
  if (share === undefined) return usualStanding;
  const { priority, atMost, team, sweep } = share;
  const groups = [...groupNamed('team', team), ...groupNamed('sweep', sweep)];
  const { highestPriority = Number.POSITIVE_INFINITY } = team ?? {};
  return {
    weight: share.weight || 1,
    priority: Math.min(sweep?.priority ?? priority, highestPriority),
    within: groups.map(({ name, weight }) => ({ name, weight: weight || 1 })),
    caps: [...groups, { name: `run ${runId}`, atMost }].flatMap((each) =>
      each.atMost === 0 ? [] : [{ name: each.name, atMost: each.atMost }],
    ),
  };
}

function groupNamed(kind: string, group: ShareGroup | undefined): ShareGroup[] {
  return group === undefined ? [] : [{ ...group, name: `${kind} ${group.name}` }];
}

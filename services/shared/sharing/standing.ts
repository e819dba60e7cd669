import type { RunManifest } from '../contracts/generated/scale/v1/control.ts';

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

/** A cell of a sweep has a part of the sweep's share, and a run of a team a part of the team's. */
export function standingOf({ runId, share, sweepId }: Pick<RunManifest, 'runId' | 'share' | 'sweepId'>): Standing {
  if (share === undefined && sweepId === undefined) return usualStanding;
  const { priority = 0, atMost = 0, team } = share ?? {};
  const weight = share?.weight || 1;
  const sweep = sweepId === undefined ? undefined : `sweep ${sweepId}`;
  return {
    weight: sweep === undefined ? weight : 1,
    priority,
    within: [
      ...(team === undefined ? [] : [{ name: `team ${team.name}`, weight: team.weight || 1 }]),
      ...(sweep === undefined ? [] : [{ name: sweep, weight }]),
    ],
    caps: [
      ...(team === undefined || team.atMost === 0 ? [] : [{ name: `team ${team.name}`, atMost: team.atMost }]),
      ...(atMost === 0 ? [] : [{ name: sweep ?? `run ${runId}`, atMost }]),
    ],
  };
}

import { lastRoundSeen } from '../run/rounds-seen.ts';
import type { RunState } from '../run/state.ts';
import { repeatedRound } from '../search/admit-proposal.ts';

/** The optimizer's proposals, and those that were refused because another round had made them already. */
export interface RepetitionCounts {
  /** In all turns. */
  readonly proposals: number;
  /** The workflow or the edit of a round whose result was known, other than the parent and the round itself. */
  readonly tried: number;
  /** Of a round that was under way, so that nobody knew yet what came of it. */
  readonly underWay: number;
  /** Nearly the workflow of another round, and so asked for again. Absent: none. */
  readonly similar?: number;
}

/**
 * A proposal that leaves its parent as it is, or repeats what has just broken in the same round, is no repetition here: it
 * happens as often with one round at a time.
 */
export function countRepetitions({ rounds, configuration }: RunState): RepetitionCounts {
  const made = rounds.flatMap(({ round, parentRound, proposals }) =>
    proposals
      .filter(({ turn }) => turn > 0)
      .map(({ failure }) => ({ round, parentRound, kind: failure?.kind, other: failure && repeatedRound(failure) })),
  );
  const similar = made.filter(({ kind }) => kind === 'similar-workflow').length;
  const repeated = made.flatMap(({ round, parentRound, kind, other }) =>
    other === undefined || other === parentRound || other === round || kind === 'similar-workflow'
      ? []
      : [{ isSeen: other <= lastRoundSeen(configuration, round) }],
  );
  const tried = repeated.filter(({ isSeen }) => isSeen).length;
  return { proposals: made.length, tried, underWay: repeated.length - tried, ...(similar > 0 && { similar }) };
}

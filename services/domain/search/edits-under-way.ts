import { lastRoundSeen } from '../run/rounds-seen.ts';
import type { Round, RunState } from '../run/state.ts';

/*
 * A round must not repeat an edit whose results it may not see. So its proposal is asked for when the edits of the same parent
 * that are under way are known, and taken when all that is under way can no longer change. Both depend on the order of the rounds
 * alone, not on which call was answered first.
 */

/** Whether the optimizer can be told which edits of the round's parent are under way. */
export function knowsEditsUnderWay(state: RunState, { round, parentRound }: Round): boolean {
  return roundsUnderWay(state, round).every(
    ({ completed, proposals, ...other }) => other.parentRound !== parentRound || completed || proposals.length > 0,
  );
}

/** Whether every round under way before this one has settled. */
export function areEditsSettled(state: RunState, round: number): boolean {
  return roundsUnderWay(state, round).every((other) => isSettled(other, state.configuration));
}

/** Whether a round has the workflow that it will be evaluated with, or has ended without one. */
export function isSettled(
  { completed, workflow, canary }: Round,
  { search }: Pick<RunState['configuration'], 'search'>,
): boolean {
  return completed || (workflow !== undefined && (search.canary !== true || canary !== undefined));
}

/** Rounds before this one whose results it may not see. */
function roundsUnderWay({ configuration, rounds }: RunState, round: number): readonly Round[] {
  return rounds.slice(lastRoundSeen(configuration, round), round - 1);
}

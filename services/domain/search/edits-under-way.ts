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
    (other) => other.parentRound !== parentRound || other.completed || firstTaken(other) !== undefined,
  );
}

/** Whether every round under way before this one has the workflow that it will be evaluated with, or has ended without one. */
export function areEditsSettled(state: RunState, round: number): boolean {
  const isTried = ({ canary }: Round): boolean => state.configuration.search.canary !== true || canary !== undefined;
  return roundsUnderWay(state, round).every((other) => other.completed || (other.workflow !== undefined && isTried(other)));
}

/** The first workflow that was taken: a repair of one that failed on its canary keeps its idea. */
export function firstTaken({ proposals }: Pick<Round, 'proposals'>): Round['proposals'][number] | undefined {
  return proposals.find(({ workflow }) => workflow !== undefined);
}

/** Rounds before this one whose results it may not see. */
function roundsUnderWay({ configuration, rounds }: RunState, round: number): readonly Round[] {
  return rounds.slice(lastRoundSeen(configuration, round), round - 1);
}

import { lastRoundSeen } from '../run/rounds-seen.ts';
import type { Round, RunState } from '../run/state.ts';

/*
 * A round must not repeat an edit whose results it may not see. So its proposal is asked for when the edits of the same parent
 * that are under way are known, and judged when all workflows that are under way are. Both depend on the order of the rounds
 * alone, not on which call was answered first.
 */

/** Whether the optimizer can be told which edits of the round's parent are under way. */
export function knowsEditsUnderWay(state: RunState, { round, parentRound }: Round): boolean {
  return roundsUnderWay(state, round).every(
    ({ completed, proposals, ...other }) => other.parentRound !== parentRound || completed || proposals.length > 0,
  );
}

/** Whether every round under way before this one has a workflow that was taken, or has ended without one. */
export function areWorkflowsKnown(state: RunState, round: number): boolean {
  return roundsUnderWay(state, round).every((other) => other.completed || firstTaken(other) !== undefined);
}

/** The first workflow that was taken: a repair of one that failed on its canary comes too late for other rounds to know. */
export function firstTaken({ proposals }: Pick<Round, 'proposals'>): Round['proposals'][number] | undefined {
  return proposals.find(({ workflow }) => workflow !== undefined);
}

/** Rounds before this one whose results it may not see. */
function roundsUnderWay({ configuration, rounds }: RunState, round: number): readonly Round[] {
  return rounds.slice(lastRoundSeen(configuration, round), round - 1);
}

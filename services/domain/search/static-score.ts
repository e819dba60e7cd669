import type { Failure } from '../failure.ts';
import type { SearchSettings } from '../run/configuration.ts';
import type { Round } from '../run/state.ts';

/**
 * The paper's rule for a workflow that breaks a static rule: 0.0 at once, without anything being executed or predicted. There is
 * nothing to edit or to execute, so the round is neither a parent nor a winner.
 */
export const staticScore = { method: 'static-check', score: 0 } as const;

/** Whether this failure of a proposal ends its round with that score. Repetitions are asked for again, as AFlow does. */
export function scoresZero(failure: Failure | undefined, { invalidScoresZero }: SearchSettings): boolean {
  return invalidScoresZero === true && (failure?.kind === 'invalid-workflow' || failure?.kind === 'unparsable-reply');
}

/** What a round is worth: its evaluation, or the score of its static check; undefined if it has neither. */
export function shownScore(
  round: Round,
  search: SearchSettings,
): { readonly method: string; readonly score: number } | undefined {
  if (round.evaluation !== undefined) return round.evaluation;
  return round.completed && scoresZero(round.failure, search) ? staticScore : undefined;
}

import { bestRound } from '../../run/best-round.ts';
import { describeLimit } from '../../run/describe-limit.ts';
import type { RoundCompleted } from '../../run/event.ts';
import { isPartial, partialMethod } from '../../run/is-partial.ts';
import { outstandingExecutions } from '../../run/outcomes/executions.ts';
import { executedScore } from '../../run/outcomes/outcomes.ts';
import type { RunState } from '../../run/state.ts';

/** Whether the token budget has ended a round before the method could score its workflow. */
export function wasCutShort({ rounds }: RunState): boolean {
  return rounds.some((round) => isPartial(round) || round.failure?.kind === 'token-budget');
}

/**
 * Ends the open round because the tokens have run out, or a limit was reached. Its workflow gets no score, since a score over a
 * few queries would be compared with scores over more. Only if no other workflow has a score is what was executed so far better
 * than nothing.
 */
export function cutShort(state: RunState): RoundCompleted {
  const open = state.rounds.at(-1);
  if (open === undefined) throw new RangeError('no round is open');
  const { round, outcomes } = open;
  if (outcomes.length > 0 && bestRound(state) === undefined) {
    const evaluation = { method: partialMethod, ...executedScore(outcomes), executions: outcomes.length };
    return { kind: 'round-completed', round, evaluation };
  }
  const wanted = outcomes.length + outstandingExecutions(open, state.configuration).length;
  const executed = wanted === 0 ? '' : `, after ${outcomes.length} of ${wanted} executions`;
  if (state.limit !== undefined) {
    const message = `${describeLimit(state.limit.reached)} was reached before the end of the round${executed}`;
    return { kind: 'round-completed', round, failure: { kind: 'limit', message } };
  }
  const message = `the token budget of ${state.configuration.search.tokenBudget} is not enough for the rest of the round${executed}`;
  return { kind: 'round-completed', round, failure: { kind: 'token-budget', message } };
}

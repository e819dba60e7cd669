import { isScored } from '../../failure-class.ts';
import type { FinalExecutionsCompleted } from '../event.ts';
import { recordUse } from '../ledger/record-use.ts';
import type { RunState } from '../state.ts';
import { EventRefusedError } from './event-refused-error.ts';

/** Adds what the final pick has executed, after the rounds. @throws EventRefusedError */
export function applyFinalEvent(state: RunState, event: FinalExecutionsCompleted): RunState {
  const refuseUnless = (holds: boolean, why: string): void => {
    if (!holds) throw new EventRefusedError(event.kind, why);
  };
  const { round, outcomes } = event;
  refuseUnless(state.rounds.at(-1)?.completed === true, `round ${state.rounds.length} is not completed`);
  const picked = state.rounds[round - 1];
  refuseUnless(picked?.evaluation !== undefined, `round ${round} has no score, so it cannot be picked`);
  refuseUnless(outcomes.length > 0, 'it has no outcomes');
  const earlier = state.finalOutcomes ?? [];
  const known = new Set([
    ...(picked?.outcomes ?? []).filter(isScored).map(({ queryIndex }) => queryIndex),
    ...earlier.filter((final) => final.round === round).map(({ outcome }) => outcome.queryIndex),
  ]);
  for (const { queryIndex, repeat, score, failure } of outcomes) {
    const place = `query ${queryIndex}, repeat ${repeat}`;
    const exists = queryIndex >= 0 && queryIndex < state.configuration.benchmark.queryCount && repeat === 0;
    refuseUnless(exists, `there is no ${place}`);
    refuseUnless(!known.has(queryIndex), `${place} already has an outcome in round ${round}`);
    refuseUnless(score >= 0 && score <= 1, `${place} has the score ${score}, which is not in [0, 1]`);
    refuseUnless(failure === undefined || score === 0, `${place} failed and has a score above 0`);
    known.add(queryIndex);
  }
  const finalOutcomes = [...earlier, ...outcomes.map(({ answer: _, feedback: __, ...outcome }) => ({ round, outcome }))];
  const uses = outcomes.flatMap(({ tokens }) => tokens);
  return { ...state, finalOutcomes, ledger: recordUse(state.ledger, 'final', round, uses) };
}

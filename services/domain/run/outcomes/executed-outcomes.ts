import type { Round, RunState } from '../state.ts';
import type { Outcomes } from './outcome-list.ts';

/** All that was executed of a round's workflow: for its score first, then by the final pick. */
export function executedOutcomes({ finalOutcomes = [] }: RunState, { round, outcomes }: Round): Outcomes {
  const picked = finalOutcomes.filter((each) => each.round === round).map(({ outcome }) => outcome);
  return picked.length === 0 ? outcomes : [...outcomes, ...picked];
}

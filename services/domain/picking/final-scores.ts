import type { RunState } from '../run/state.ts';
import type { PickOutcome } from './next-pick-step.ts';

/** What is known besides the evaluations: the pick's own executions, and canaries that no sample included. */
export function finalScores({ rounds, finalOutcomes = [] }: RunState): PickOutcome {
  const known = new Map<string, number>();
  for (const { round, canary } of rounds) if (canary !== undefined) known.set(`${round}/${canary.queryIndex}`, canary.score);
  for (const { round, outcome } of finalOutcomes) known.set(`${round}/${outcome.queryIndex}`, outcome.score);
  return (round, queryIndex) => known.get(`${round}/${queryIndex}`);
}

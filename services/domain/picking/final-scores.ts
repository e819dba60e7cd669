import { isScored } from '../failure-class.ts';
import type { RunState } from '../run/state.ts';
import type { PickOutcome } from './next-pick-step.ts';

/** What is known besides the evaluations: the pick's own executions, and canaries that no sample included. */
export function finalScores({ rounds, finalOutcomes = [] }: RunState): PickOutcome {
  const known = new Map<string, number>();
  for (const { round, canary } of rounds)
    if (canary !== undefined && isScored(canary)) known.set(`${round}/${canary.queryIndex}`, canary.score);
  for (const { round, outcome } of finalOutcomes) {
    // One without a score was asked for and must not be asked for again: it counts neither for the workflow nor against it.
    const score = isScored(outcome) ? outcome.score : rounds[round - 1]?.evaluation?.score;
    if (score !== undefined) known.set(`${round}/${outcome.queryIndex}`, score);
  }
  return (round, queryIndex) => known.get(`${round}/${queryIndex}`);
}

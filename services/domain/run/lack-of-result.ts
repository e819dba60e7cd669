import { isNoResult } from '../failure.ts';
import { isSearch } from './run-kind.ts';
import type { RunState } from './state.ts';

/**
 * Why a run that is over is nothing to go by, so that whoever asks for it again wants it executed; undefined for a result. A search
 * that a person cancelled has found what it has; half of any other run is none.
 */
export function lackOfResult({ status, failure, configuration, rounds, finalOutcomes = [] }: RunState): string | undefined {
  if (status === 'failed') return `it failed: ${failure?.message ?? 'for an unknown reason'}`;
  if (status === 'cancelled' && !isSearch(configuration)) return 'it was cancelled';
  const outcomes = [
    ...rounds.flatMap((round) => [...(round.canary === undefined ? [] : [round.canary]), ...round.outcomes]),
    ...finalOutcomes.map(({ outcome }) => outcome),
  ];
  if (!isNoResult(outcomes)) return undefined;
  return `not one of its ${outcomes.length} executions got an answer: ${outcomes[0]?.failure?.message ?? ''}`;
}

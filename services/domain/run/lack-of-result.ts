import { isNoResult } from '../failure.ts';
import { isSearch } from './run-kind.ts';
import type { RunState } from './state.ts';

/**
 * Why a run that is over gives no usable result, so that asking for it again should execute it; undefined for a usable one. A
 * search that a person cancelled keeps what it has found; half of any other run is no result.
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

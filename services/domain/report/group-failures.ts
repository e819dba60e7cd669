import type { Failure } from '../failure.ts';
import { classOfKind } from '../failure-class.ts';
import { executionFacts } from '../run/outcomes/execution-facts.ts';
import type { Round } from '../run/state.ts';
import type { FailureGroup } from './report-model.ts';

const examplesShown = 3;

export interface PlacedFailure {
  readonly round: number;
  readonly failure: Failure;
}

/** Of the executions of a round. */
export function failedIn({ round, outcomes }: Pick<Round, 'round' | 'outcomes'>): readonly PlacedFailure[] {
  return executionFacts(outcomes).failed.flatMap(({ failure }) => (failure === undefined ? [] : [{ round, failure }]));
}

/** By kind, the most frequent first. */
export function groupFailures(failures: readonly PlacedFailure[]): readonly FailureGroup[] {
  return [...Map.groupBy(failures, ({ failure }) => failure.kind)]
    .map(([kind, group]) => ({ kind, class: classOfKind[kind], count: group.length, examples: examplesOf(group) }))
    .sort((one, other) => other.count - one.count || (one.kind < other.kind ? -1 : 1));
}

function examplesOf(group: readonly PlacedFailure[]): FailureGroup['examples'] {
  const firstOfEach = new Map<string, number>();
  for (const { round, failure } of group) if (!firstOfEach.has(failure.message)) firstOfEach.set(failure.message, round);
  return [...firstOfEach].slice(0, examplesShown).map(([message, round]) => ({ round, message }));
}

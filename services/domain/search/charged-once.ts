import type { ExecutionOutcome, RunEvent } from '../run/event.ts';
import { brokenProposals } from '../run/proposals.ts';
import { parallelismOf } from '../run/rounds-seen.ts';
import type { Round, RunState } from '../run/state.ts';
import { canaryQuery } from './canary.ts';
import { viewOf } from './view-of.ts';

/**
 * The event as it is charged. Two rounds that were under way together may end up with the same workflow, if the optimizer's
 * repair of one is what the other has. Their executions are the same jobs, done once: they are charged to the round that is
 * first in the log, and free for the other.
 * @param state the log's, before the event
 */
export function chargedOnce(state: RunState | undefined, event: RunEvent): RunEvent {
  if (state === undefined || parallelismOf(state.configuration) === 1) return event;
  switch (event.kind) {
    case 'canary-completed':
      return { ...event, outcome: free(state, event.round, [event.outcome])[0] as ExecutionOutcome };
    case 'executions-completed':
    case 'final-executions-completed':
      return { ...event, outcomes: free(state, event.round, event.outcomes) };
    default:
      return event;
  }
}

function free(state: RunState, round: number, outcomes: readonly ExecutionOutcome[]): readonly ExecutionOutcome[] {
  const hash = state.rounds[round - 1]?.workflowHash ?? '';
  const others = roundsThatShare(state, round, hash);
  if (others.length === 0) return outcomes;
  const charged = new Set(others.flatMap((other) => executionsOf(state, other, hash)));
  return outcomes.map((outcome) =>
    charged.has(`${outcome.queryIndex}/${outcome.repeat}`) ? { ...outcome, tokens: [] } : outcome,
  );
}

/** Other rounds of which some executions may be the same jobs. */
export function roundsThatShare({ rounds }: Pick<RunState, 'rounds'>, round: number, hash: string): readonly Round[] {
  if (hash === '') return [];
  return rounds.filter((other) => other.round !== round && (other.workflowHash === hash || hasBroken(other, hash)));
}

function hasBroken(round: Round, hash: string): boolean {
  return brokenProposals(round).some(({ workflowHash }) => workflowHash === hash);
}

function executionsOf({ finalOutcomes = [], ...state }: RunState, other: Round, hash: string): string[] {
  const keyOf = ({ queryIndex, repeat }: { readonly queryIndex: number; readonly repeat: number }) => `${queryIndex}/${repeat}`;
  // The canary that a workflow failed on is not kept; its query is the one that the round would choose again.
  const before = { ...state, rounds: state.rounds.slice(0, other.round - 1) };
  const broken = hasBroken(other, hash) ? [`${canaryQuery(viewOf(before, other.round))}/0`] : [];
  if (other.workflowHash !== hash) return broken;
  const final = finalOutcomes.flatMap(({ round, outcome }) => (round === other.round ? [keyOf(outcome)] : []));
  const canary = other.canary === undefined ? [] : [keyOf(other.canary)];
  return [...broken, ...canary, ...other.outcomes.map(keyOf), ...final];
}

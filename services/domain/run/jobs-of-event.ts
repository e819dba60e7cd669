import type { RunEvent } from './event.ts';
import { completionJobId, executionJobId } from './job-id.ts';
import { executedWorkflows } from './query-workflows.ts';
import type { RunState } from './state.ts';

/** The jobs whose results an event of a log holds. @param state the log's, before the event */
export function jobsOfEvent(event: RunEvent, state: Pick<RunState, 'rounds'> | undefined): string[] {
  switch (event.kind) {
    case 'workflow-proposed':
      return [completionJobId({ kind: 'propose', round: event.round, turn: event.turn })];
    case 'query-workflow-proposed':
      return [completionJobId({ kind: 'propose', round: event.round, turn: event.turn, queryIndex: event.queryIndex })];
    case 'prediction-completed':
      return [completionJobId({ kind: 'predict', round: event.round, turn: event.turn })];
    case 'canary-completed':
      return executionsOf(event.round, [event.outcome], state);
    case 'executions-completed':
    case 'final-executions-completed':
      return executionsOf(event.round, event.outcomes, state);
    default:
      return [];
  }
}

function executionsOf(
  place: number,
  outcomes: readonly { readonly queryIndex: number; readonly repeat: number }[],
  state: Pick<RunState, 'rounds'> | undefined,
): string[] {
  const round = state?.rounds[place - 1];
  if (round === undefined) return [];
  const workflowFor = executedWorkflows(round);
  return outcomes.map(({ queryIndex, repeat }) =>
    executionJobId((workflowFor(queryIndex) ?? round).workflowHash, queryIndex, repeat),
  );
}

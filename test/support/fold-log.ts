import { applyEvent } from '../../services/domain/run/apply/apply-event.ts';
import { EventRefusedError } from '../../services/domain/run/apply/event-refused-error.ts';
import type { ExecutionOutcome, RunEvent } from '../../services/domain/run/event.ts';
import { executionJobId } from '../../services/domain/run/job-id.ts';
import { executedWorkflows } from '../../services/domain/run/query-workflows.ts';
import type { RunState } from '../../services/domain/run/state.ts';

export interface FoldedLog {
  /** What it comes to, as far as it can be read. */
  readonly state: RunState | undefined;
  /** The jobs whose outcomes it holds, in its order: one for each outcome, so that a job which counts twice is here twice. */
  readonly jobs: readonly string[];
  /** Why an event cannot follow those before it. */
  readonly refusal: string | undefined;
}

export function foldLog(events: readonly RunEvent[]): FoldedLog {
  let state: RunState | undefined;
  const jobs: string[] = [];
  for (const event of events) {
    const before = state;
    try {
      state = applyEvent(before, event);
    } catch (error) {
      if (!(error instanceof EventRefusedError)) throw error;
      return { state, jobs, refusal: error.message };
    }
    jobs.push(...jobsOf(event, before));
  }
  return { state, jobs, refusal: undefined };
}

/** @param before what the log came to before the event */
function jobsOf(event: RunEvent, before: RunState | undefined): string[] {
  const executions = (round: number, outcomes: readonly ExecutionOutcome[]): string[] => {
    const executed = before?.rounds[round - 1];
    if (executed === undefined) throw new Error(`the log executes round ${round} before it begins`);
    const workflowFor = executedWorkflows(executed);
    // What another round has been charged is free, and counts there.
    const charged = outcomes.filter(({ tokens }) => tokens.length > 0);
    return charged.map(({ queryIndex, repeat }) =>
      executionJobId((workflowFor(queryIndex) ?? executed).workflowHash, queryIndex, repeat),
    );
  };
  switch (event.kind) {
    case 'executions-completed':
    case 'final-executions-completed':
      return executions(event.round, event.outcomes);
    case 'canary-completed':
      return executions(event.round, [event.outcome]);
    case 'workflow-proposed':
      // Nobody has proposed the initial workflow.
      return event.turn === 0 ? [] : [`propose-${event.round}-${event.turn}`];
    case 'query-workflow-proposed':
      return [`propose-${event.round}-${event.turn}-query-${event.queryIndex}`];
    case 'prediction-completed':
      return [`predict-${event.round}-${event.turn}`];
    default:
      return [];
  }
}

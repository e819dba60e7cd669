import { applyEvent } from '../../domain/run/apply-event.ts';
import type { Command } from '../../domain/run/command.ts';
import type { RunEvent } from '../../domain/run/event.ts';
import { completionJobId, executionJobId } from '../../domain/run/job-id.ts';
import type { RunState } from '../../domain/run/state.ts';
import { planNextStep } from '../../domain/search/plan-next-step.ts';
import type { ServedCall } from './served-calls.ts';

/**
 * Calls that had to wait for one another in a run: with any number of slots it takes as long as these. A job begins when the plan
 * first wants it, which is when the events before it have come, and makes its calls one after another.
 * @param calls what the endpoints have served of it
 */
export function longestChain(events: readonly RunEvent[], calls: readonly ServedCall[]): number {
  const depths = jobDepths(calls);
  const begins = new Map<string, number>();
  let done = 0;
  let state: RunState | undefined;
  for (const event of events) {
    for (const jobId of jobsOf(event, state)) done = Math.max(done, (begins.get(jobId) ?? done) + (depths.get(jobId) ?? 0));
    state = applyEvent(state, event);
    for (const jobId of planNextStep(state).flatMap(jobsWanted)) if (!begins.has(jobId)) begins.set(jobId, done);
  }
  return done;
}

function jobsWanted(command: Command): string[] {
  if (command.kind === 'append' || command.kind === 'recall') return [];
  if (command.kind !== 'execute') return [completionJobId(command)];
  return command.executions.map(({ workflowHash = command.workflowHash, queryIndex, repeat }) =>
    executionJobId(workflowHash, queryIndex, repeat),
  );
}

/** The jobs whose results an event holds. */
function jobsOf(event: RunEvent, state: RunState | undefined): string[] {
  const execution = (round: number, outcome: { readonly queryIndex: number; readonly repeat: number }): string =>
    executionJobId(state?.rounds[round - 1]?.workflowHash ?? '', outcome.queryIndex, outcome.repeat);
  switch (event.kind) {
    case 'workflow-proposed':
      return [completionJobId({ kind: 'propose', round: event.round, turn: event.turn })];
    case 'prediction-completed':
      return [completionJobId({ kind: 'predict', round: event.round, turn: event.turn })];
    case 'canary-completed':
      return [execution(event.round, event.outcome)];
    case 'executions-completed':
    case 'final-executions-completed':
      return event.outcomes.map((outcome) => execution(event.round, outcome));
    default:
      return [];
  }
}

/** For each job, the most calls that each began when the one before had ended. */
function jobDepths(calls: readonly ServedCall[]): Map<string, number> {
  const byJob = Map.groupBy(calls, ({ jobId }) => jobId);
  return new Map([...byJob].map(([jobId, own]) => [jobId, depthOf(own)]));
}

function depthOf(calls: readonly ServedCall[]): number {
  let [depth, free] = [0, Number.NEGATIVE_INFINITY];
  for (const { beganMs, endedMs } of calls.toSorted((one, other) => one.endedMs - other.endedMs)) {
    if (beganMs < free) continue;
    depth += 1;
    free = endedMs;
  }
  return depth;
}

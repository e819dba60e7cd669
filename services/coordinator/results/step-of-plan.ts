import type { Benchmark } from '../../domain/benchmark.ts';
import { feedbackInLog } from '../../domain/prompts/logged-outcome.ts';
import type { PlannedExecution, WorkCommand } from '../../domain/run/command.ts';
import type { ExecutionOutcome, RunEvent } from '../../domain/run/event.ts';
import { completionJobId, executionJobId } from '../../domain/run/job-id.ts';
import type { RunState } from '../../domain/run/state.ts';
import { executedEvent } from '../../domain/search/executed-event.ts';
import { executionOutcomeOf, predictionCompletedOf, workflowProposedOf } from './event-of-result.ts';
import type { ResultInbox } from './result-inbox.ts';

/** Jobs whose results become one entry of the log. */
export interface Batch {
  readonly command: WorkCommand;
  readonly jobIds: readonly string[];
  /** Of an execute command: the part of its executions that these jobs are. */
  readonly executions: readonly PlannedExecution[];
}

/** What was planned for a round at once, in the order in which it enters the log, whichever job ends first. */
export interface StepOfPlan {
  readonly work: readonly WorkCommand[];
  /** The next batch, if all its results have arrived. */
  ready(): Batch | undefined;
  /** The part of the next batch of executions whose results have arrived; undefined if none has, and for other work. */
  arrived(): Batch | undefined;
  /** The next batch is in the log: the one after it is next. */
  taken(): void;
  /** Results of the next batch were given up: it waits for them once more. */
  lookAgain(): void;
  isDone(): boolean;
}

/** Outcomes in one log entry. Batches are cut from the start of a round, so a resumed run cuts them in the same places. */
const batchSize = 32;

export function createStepOfPlan(work: readonly WorkCommand[], inbox: Pick<ResultInbox, 'seen'>): StepOfPlan {
  const batches = work.flatMap(batchesOf);
  let next = 0;
  let arrived = 0;
  return {
    work,
    ready() {
      const batch = batches[next];
      if (batch === undefined) return undefined;
      while (arrived < batch.jobIds.length && inbox.seen(batch.jobIds[arrived] as string)) arrived += 1;
      return arrived === batch.jobIds.length ? batch : undefined;
    },
    arrived() {
      const batch = batches[next];
      if (batch === undefined || batch.command.kind !== 'execute' || batch.command.purpose !== undefined) return undefined;
      const known = batch.jobIds.findIndex((jobId) => !inbox.seen(jobId));
      const count = known < 0 ? batch.jobIds.length : known;
      if (count === 0) return undefined;
      return { ...batch, jobIds: batch.jobIds.slice(0, count), executions: batch.executions.slice(0, count) };
    },
    taken() {
      next += 1;
      arrived = 0;
    },
    lookAgain() {
      arrived = 0;
    },
    isDone: () => next === batches.length,
  };
}

export function jobIdsOf(command: WorkCommand): string[] {
  if (command.kind !== 'execute') return [completionJobId(command)];
  return command.executions.map(({ queryIndex, repeat, workflowHash }) =>
    executionJobId(workflowHash ?? command.workflowHash, queryIndex, repeat),
  );
}

function batchesOf(command: WorkCommand): Batch[] {
  const jobIds = jobIdsOf(command);
  if (command.kind !== 'execute') return [{ command, jobIds, executions: [] }];
  const batches: Batch[] = [];
  for (let start = 0; start < jobIds.length; start += batchSize) {
    const end = start + batchSize;
    batches.push({ command, jobIds: jobIds.slice(start, end), executions: command.executions.slice(start, end) });
  }
  return batches;
}

/** The entry that a batch becomes. @param state as far as it is known, with the batch's round as the newest */
export async function entryOf(
  { command, jobIds, executions }: Batch,
  state: RunState,
  { benchmark, inbox }: { readonly benchmark: Benchmark; readonly inbox: ResultInbox },
  signal: AbortSignal,
): Promise<RunEvent> {
  if (command.kind === 'execute') {
    const outcomes: ExecutionOutcome[] = [];
    for (const [place, { queryIndex, repeat }] of executions.entries()) {
      const result = await inbox.result(jobIds[place] as string, signal);
      const outcome = executionOutcomeOf(result, queryIndex, repeat);
      const said = result.outcome?.$case === 'execution' ? result.outcome.value : outcome;
      outcomes.push({ ...outcome, ...feedbackInLog(state.configuration, command, said) });
    }
    return executedEvent(command, outcomes, state);
  }
  const result = await inbox.result(jobIds[0] as string, signal);
  return command.kind === 'propose'
    ? workflowProposedOf(result, state, benchmark, command)
    : predictionCompletedOf(result, command.round, command.turn);
}

import type { ExecutionOutcome } from '../../domain/run/event.ts';
import type { RunState } from '../../domain/run/state.ts';
import { isLost, tooManyLost } from '../../domain/search/lost-executions.ts';
import type { Result } from '../../shared/contracts/generated/scale/v1/result.ts';
import type { JobIssuer } from '../jobs/issue-jobs.ts';
import { executionOutcomeOf } from '../results/event-of-result.ts';
import type { ResultInbox } from '../results/result-inbox.ts';
import type { Batch } from '../results/step-of-plan.ts';

export interface LostExecutionSettings {
  readonly inbox: Pick<ResultInbox, 'result' | 'giveUp' | 'tries'>;
  readonly jobs: Pick<JobIssuer, 'issueAgain'>;
  /** How often executions that are lost may be issued again: as often as a person has resumed the run. */
  readonly tries: () => number;
  /** The part of them that the run may lose. */
  readonly share: () => number;
  /** Pauses the run for a person. */
  hold(reason: string): Promise<void>;
}

/**
 * Whether a batch of results may enter the log. Executions whose results say nothing about their workflow are issued again once a
 * person has resumed the run, and hold it if they are too many: a log cannot take back what the search has gone on by.
 * @param state as far as it is known, with the batch's round as the newest
 */
export function mayEnterLog({ inbox, jobs, tries, share, hold }: LostExecutionSettings) {
  return async ({ command, jobIds, executions }: Batch, state: RunState, signal: AbortSignal): Promise<boolean> => {
    if (command.kind !== 'execute') return true;
    const lost: string[] = [];
    const outcomes: ExecutionOutcome[] = [];
    for (const [place, { queryIndex, repeat }] of executions.entries()) {
      const jobId = jobIds[place] as string;
      const result = await inbox.result(jobId, signal);
      if (!mayBeLost(result)) continue;
      outcomes.push(executionOutcomeOf(result, queryIndex, repeat));
      if (isLost(outcomes.at(-1) as ExecutionOutcome)) lost.push(jobId);
    }
    if (lost.length === 0) return true;
    const again = lost.filter((jobId) => inbox.tries(jobId) < tries());
    if (again.length > 0) {
      for (const jobId of again) inbox.giveUp(jobId);
      await jobs.issueAgain(command, again, tries(), state);
      return false;
    }
    const whole = await outcomesOf(executions, jobIds, inbox, signal);
    const reason = tooManyLost(state, command, whole, share());
    if (reason === undefined) return true;
    await hold(reason);
    return false;
  };
}

function mayBeLost({ outcome }: Result): boolean {
  return outcome?.$case !== 'execution' || outcome.value.failure !== undefined;
}

async function outcomesOf(
  executions: Batch['executions'],
  jobIds: readonly string[],
  inbox: Pick<ResultInbox, 'result'>,
  signal: AbortSignal,
): Promise<ExecutionOutcome[]> {
  const outcomes: ExecutionOutcome[] = [];
  for (const [place, { queryIndex, repeat }] of executions.entries()) {
    outcomes.push(executionOutcomeOf(await inbox.result(jobIds[place] as string, signal), queryIndex, repeat));
  }
  return outcomes;
}

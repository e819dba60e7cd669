import type { WorkCommand } from '../../domain/run/command.ts';
import type { RunState } from '../../domain/run/state.ts';
import { roundsThatShare } from '../../domain/search/charged-once.ts';
import { mapAtOnce } from '../../shared/lifecycle/map-at-once.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import type { ResultInbox } from './result-inbox.ts';
import { jobIdsOf } from './step-of-plan.ts';

const readAtOnce = 64;

/**
 * Rounds with the same workflow share executions, and the results of one may have been in the log long before another asks for
 * them. Who continues a run has not read those: issued again, such a job would end unseen, since it is done.
 */
export async function findSharedResults(
  { bus, runId, inbox }: { readonly bus: Pick<Bus, 'results'>; readonly runId: string; readonly inbox: ResultInbox },
  work: readonly WorkCommand[],
  state: Pick<RunState, 'rounds'>,
): Promise<void> {
  const shared = work.filter(
    (command) => command.kind === 'execute' && roundsThatShare(state, command.round, command.workflowHash).length > 0,
  );
  const unseen = shared.flatMap(jobIdsOf).filter((jobId) => !inbox.seen(jobId));
  await mapAtOnce(unseen, readAtOnce, async (jobId) => {
    const result = await bus.results.get(runId, jobId);
    if (result !== undefined) inbox.accept(result);
  });
}

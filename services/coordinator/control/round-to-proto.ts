import { bestOf } from '../../domain/report/run-progress.ts';
import { executedWorkflows } from '../../domain/run/query-workflows.ts';
import type { RunState } from '../../domain/run/state.ts';
import type { GetRoundResponse } from '../../shared/contracts/generated/scale/v1/control.ts';
import { workflowToProto } from '../../shared/contracts/workflow-codec.ts';
import { RequestRefusedError } from '../request-refused-error.ts';

/**
 * @param wanted 0 for the best round
 * @param queryIndex whose workflow is meant, where queries have workflows of their own
 * @throws RequestRefusedError if there is no such round
 */
export function roundToProto(
  runId: string,
  state: RunState | undefined,
  wanted: number,
  queryIndex: number | undefined,
): GetRoundResponse {
  const rounds = state?.rounds ?? [];
  const best = state === undefined ? undefined : bestOf(state)?.round;
  const round = rounds[(wanted === 0 ? (best ?? 0) : wanted) - 1];
  if (round === undefined) {
    const lacking = wanted === 0 ? 'no workflow with a score yet' : `no round ${wanted}: it has ${rounds.length}`;
    throw new RequestRefusedError('not-found', `run ${runId} has ${lacking}`);
  }
  const executed = queryIndex === undefined ? undefined : executedWorkflows(round)(queryIndex);
  const { workflow = round.workflow, workflowHash = round.workflowHash } = executed ?? {};
  return {
    ...{ round: round.round, parentRound: round.parentRound, modification: round.modification, workflowHash },
    workflow: workflow && workflowToProto(workflow),
    isBest: round.round === best,
  };
}

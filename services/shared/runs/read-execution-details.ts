import { detailKey, type ExecutionDetail } from '../../domain/comparison/execution-record.ts';
import { defined } from '../../domain/defined.ts';
import type { Result } from '../contracts/generated/scale/v1/result.ts';
import type { RunSource } from './run-source.ts';

/** What the cluster still knows of a workflow's executions beyond the log, by detailKey. */
export async function readExecutionDetails(
  { client }: RunSource,
  runId: string,
  workflowHash: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ExecutionDetail>> {
  const details = new Map<string, ExecutionDetail>();
  for await (const execution of client.listExecutions({ runId, workflowHash }, signal)) {
    const detail = execution.result === undefined ? undefined : detailOf(execution.result);
    if (detail !== undefined) details.set(detailKey(execution), detail);
  }
  signal.throwIfAborted();
  return details;
}

/** A job that could not be done at all has no execution: its failure is in the log. */
function detailOf({ outcome, elapsedMs }: Result): ExecutionDetail | undefined {
  if (outcome?.$case !== 'execution') return undefined;
  const { answer, extracted, otherScores, isolation } = outcome.value;
  return { answer, extracted, otherScores, latencyMs: elapsedMs, ...defined({ isolation }) };
}

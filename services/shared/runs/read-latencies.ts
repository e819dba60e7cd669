import type { RunRecord } from './run-record.ts';
import type { RunSource } from './run-source.ts';

/** Of each round: enough for a median and a ninetieth percentile, and a long run is read in no more than a second or two. */
export const mostTimed = 200;

/** Notes how long executions of each round's workflow took, as far as their results are still kept. */
export async function readLatencies({ client }: RunSource, record: RunRecord, signal: AbortSignal): Promise<void> {
  const { runId } = record;
  for (const { round, workflowHash, outcomes } of record.state().rounds) {
    if (outcomes.length === 0 || workflowHash === '') continue;
    record.noteLatencies(round, await readTimes({ client }, runId, workflowHash, signal));
  }
}

/** Of executions of a workflow, in milliseconds, as far as their results are still kept. */
export async function readTimes(
  { client }: RunSource,
  runId: string,
  workflowHash: string,
  signal: AbortSignal,
): Promise<number[]> {
  const times: number[] = [];
  for await (const { result } of client.listExecutions({ runId, workflowHash }, signal)) {
    if (result?.outcome?.$case === 'execution') times.push(result.elapsedMs);
    if (times.length === mostTimed) break;
  }
  signal.throwIfAborted();
  return times;
}

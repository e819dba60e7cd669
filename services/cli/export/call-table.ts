import type { Benchmark } from '../../domain/benchmark.ts';
import { countOf } from '../../domain/names/count-of.ts';
import { executedWorkflows } from '../../domain/run/query-workflows.ts';
import { type CallShown, executionShown } from '../../shared/runs/execution-shown.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { optional, type RecordColumn, text, truth, whole } from '../eval/record-columns.ts';
import { encodeTable } from './encode-table.ts';
import type { TableWanted } from './execution-table.ts';

interface CallRow extends CallShown {
  readonly round: number;
  readonly workflow: string;
  readonly queryId: string;
  readonly queryIndex: number;
  readonly repeat: number;
  /** From 0, in the order of the workflow. */
  readonly place: number;
}

/** Every call to a model of the executions whose results are still kept, with what was sent and what came back. */
export async function callTable(
  { client }: Pick<ReachedCluster, 'client'>,
  record: RunRecord,
  benchmark: Benchmark,
  { format, round: wanted, step }: TableWanted,
  signal: AbortSignal,
): Promise<string | Uint8Array> {
  const { rounds, configuration } = record.state();
  const rows: CallRow[] = [];
  const seen = new Set<string>();
  for (const round of rounds) {
    if (wanted !== undefined && round.round !== wanted) continue;
    step(`reading the calls of round ${round.round} of ${rounds.length}`);
    const workflowFor = executedWorkflows(round);
    const executed = [...round.outcomes].map(({ queryIndex }) => workflowFor(queryIndex)?.workflowHash ?? '');
    for (const workflowHash of new Set([round.workflowHash, ...executed])) {
      if (workflowHash === '' || seen.has(workflowHash)) continue;
      seen.add(workflowHash);
      for await (const { queryIndex, repeat, result } of client.listExecutions({ runId: record.runId, workflowHash }, signal)) {
        const query = benchmark.queries[queryIndex];
        const workflow = workflowFor(queryIndex)?.workflow ?? round.workflow;
        if (result === undefined || query === undefined || workflow === undefined) continue;
        const about = { result, workflow, workflowHash, query, repeat, benchmark, configuration };
        const { calls } = await executionShown(about, signal);
        const of = { round: round.round, workflow: workflowHash, queryId: query.id, queryIndex, repeat };
        rows.push(...calls.map((call, place) => ({ ...call, ...of, place })));
      }
    }
  }
  signal.throwIfAborted();
  step(`writing ${countOf(rows.length, 'call')}`);
  return encodeTable(format, columnsOf(record.runId), rows);
}

function columnsOf(runId: string): RecordColumn<CallRow>[] {
  return [
    text('run', () => runId),
    whole('round', ({ round }) => round),
    text('workflow', ({ workflow }) => workflow),
    text('query', ({ queryId }) => queryId),
    whole('query_index', ({ queryIndex }) => queryIndex),
    whole('repeat', ({ repeat }) => repeat),
    whole('place', ({ place }) => place),
    text('call', ({ callId }) => callId),
    text('model', ({ model }) => model),
    text('endpoint', ({ endpoint }) => endpoint),
    optional('messages', 'text', ({ messages }) => messages && JSON.stringify(messages)),
    text('reply', ({ reply }) => reply),
    text('reasoning', ({ reasoning }) => reasoning),
    whole('samples', ({ samples }) => samples.length + 1),
    text('finish_reason', ({ finishReason }) => finishReason),
    whole('prompt_tokens', ({ promptTokens }) => promptTokens),
    whole('completion_tokens', ({ completionTokens }) => completionTokens),
    whole('latency_ms', ({ latencyMs }) => latencyMs),
    whole('first_token_ms', ({ firstTokenMs }) => firstTokenMs),
    whole('attempts', ({ attempts }) => attempts),
    truth('from_cache', ({ fromCache }) => fromCache),
    truth('simulated', ({ simulated }) => simulated),
  ];
}

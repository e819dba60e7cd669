import type { Benchmark } from '../../domain/benchmark.ts';
import { detailKey, type ExecutionRecord, executionRecords } from '../../domain/comparison/execution-record.ts';
import { countOf } from '../../domain/names/count-of.ts';
import type { KeptOutcome } from '../../domain/run/outcomes/outcome-columns.ts';
import { executedWorkflows } from '../../domain/run/query-workflows.ts';
import type { Round } from '../../domain/run/state.ts';
import { answersInLog } from '../../shared/runs/answers-in-log.ts';
import { readExecutionDetails } from '../../shared/runs/read-execution-details.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { type RecordColumn, recordColumns } from '../eval/record-columns.ts';
import { encodeTable, type TableFormat } from './encode-table.ts';

/** What an execution was made for. One that the round's score stands on is that, whatever else used it. */
type Purpose = 'score' | 'canary' | 'final';

interface RoundExecution extends ExecutionRecord {
  readonly round: number;
  readonly purpose: Purpose;
  readonly workflow: string;
  readonly modification: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** What of a run is to be a table. */
export interface TableWanted {
  readonly format: TableFormat;
  /** Of this round alone. */
  readonly round: number | undefined;
  /** Told what is being done, each time that it changes. */
  step(what: string): void;
}

/** Every execution of a run, or of one round, that the log has: of the evaluations, the canaries and the final pick. */
export async function executionTable(
  cluster: ReachedCluster,
  record: RunRecord,
  benchmark: Benchmark,
  { format, round, step }: TableWanted,
  signal: AbortSignal,
): Promise<string | Uint8Array> {
  const { rounds, configuration } = record.state();
  const byRound: RoundExecution[][] = [];
  for (const each of rounds.filter(({ round: number }) => round === undefined || number === round)) {
    step(`reading the executions of round ${each.round} of ${rounds.length}`);
    byRound.push(await executionsOf(cluster, record, each, benchmark, signal));
  }
  const executions = byRound.flat();
  const origin = {
    ...{ evaluation: record.runId, benchmark: benchmark.name, split: benchmark.split, scorer: benchmark.scorer },
    ...{ workflow: '', model: configuration.executor.model },
  };
  const fields = [...new Set(benchmark.queries.flatMap((query) => Object.keys(query.fields)))];
  const columns = columnsOf(recordColumns(origin, executions), fields);
  step(`writing ${countOf(executions.length, 'execution')}`);
  return encodeTable(format, columns, executions);
}

async function executionsOf(
  cluster: ReachedCluster,
  record: RunRecord,
  round: Round,
  benchmark: Benchmark,
  signal: AbortSignal,
): Promise<RoundExecution[]> {
  const { finalOutcomes = [] } = record.state();
  const picked = finalOutcomes.filter((each) => each.round === round.round).map(({ outcome }) => outcome);
  const known = [...round.outcomes, ...(round.canary === undefined ? [] : [round.canary]), ...picked];
  const outcomes: KeptOutcome[] = [...new Map(known.map((outcome) => [detailKey(outcome), outcome])).values()];
  const purposes = new Map<string, Purpose>([
    ...picked.map((outcome) => [detailKey(outcome), 'final'] as const),
    ...(round.canary === undefined ? [] : [[detailKey(round.canary), 'canary'] as const]),
    ...[...round.outcomes].map((outcome) => [detailKey(outcome), 'score'] as const),
  ]);
  if (outcomes.length === 0) return [];
  const workflowFor = executedWorkflows(round);
  const hashes = new Set(outcomes.map(({ queryIndex }) => workflowFor(queryIndex)?.workflowHash ?? round.workflowHash));
  const details = new Map(
    (await Promise.all([...hashes].map((hash) => readExecutionDetails(cluster, record.runId, hash, signal)))).flatMap((each) => [
      ...each,
    ]),
  );
  return executionRecords(outcomes, answersInLog(record, round.round), details, benchmark).map((execution) => ({
    ...execution,
    ...{ round: round.round, modification: round.modification, purpose: purposes.get(detailKey(execution)) ?? 'score' },
    workflow: workflowFor(execution.queryIndex)?.workflowHash ?? round.workflowHash,
    fields: benchmark.queries[execution.queryIndex]?.fields ?? {},
  }));
}

/** Those of an evaluation's records, with the round, its edit, and what was asked: `query_<field>` for each field of a query. */
function columnsOf(ofRecords: readonly RecordColumn[], fields: readonly string[]): RecordColumn<RoundExecution>[] {
  const text = (name: string, value: (execution: RoundExecution) => string | null): RecordColumn<RoundExecution> => ({
    ...{ name, type: 'text', nullable: true, value },
  });
  const taken = new Set(ofRecords.map(({ name }) => name));
  const own = fields.map((field) => {
    const name = `query_${field}`;
    return text(taken.has(name) ? `${name}_field` : name, ({ fields: of }) => of[field] ?? null);
  });
  const round = { name: 'round', type: 'whole', nullable: false, value: (each: RoundExecution) => each.round } as const;
  const purpose = { name: 'purpose', type: 'text', nullable: false, value: (each: RoundExecution) => each.purpose } as const;
  return ofRecords.flatMap((column): RecordColumn<RoundExecution>[] => {
    if (column.name === 'evaluation')
      return [{ ...column, name: 'run' }, round, purpose, text('edit', ({ modification }) => modification)];
    if (column.name === 'workflow') return [{ ...column, value: ({ workflow }) => workflow }];
    return column.name === 'reference' ? [...own, column] : [column];
  });
}

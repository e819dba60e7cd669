import type { ExecutionRecord } from '../../domain/comparison/execution-record.ts';
import { type EvaluationSummary, summariseEvaluation } from '../../domain/comparison/summarise-evaluation.ts';
import type { SpentReport } from '../../domain/report/report-spent.ts';
import type { Round, RunState } from '../../domain/run/state.ts';

/** An evaluation as --json and evaluation.json show it. */
export interface EvaluationDocument extends EvaluationSummary {
  readonly runId: string;
  readonly status: RunState['status'];
  readonly benchmark: string;
  readonly split: string;
  readonly scorer: string;
  readonly model: string;
  readonly seed: number;
  /** Hash of the workflow's canonical form. */
  readonly workflow: string;
  readonly workflowName: string;
  /** Queries of the benchmark as it was asked for. */
  readonly queryCount: number;
  /** What was paid for; absent if nothing is known about it. */
  readonly spent?: SpentReport;
  /** What a reader of the scores should know about the queries and the model's calls, a sentence each. */
  readonly warnings?: readonly string[];
}

export function evaluationDocument(
  runId: string,
  { configuration, status }: RunState,
  round: Round,
  records: readonly ExecutionRecord[],
): EvaluationDocument {
  const { benchmark, executor, seed } = configuration;
  return {
    runId,
    status,
    benchmark: benchmark.name,
    split: benchmark.split,
    scorer: benchmark.scorer,
    model: executor.model,
    seed,
    workflow: round.workflowHash,
    workflowName: round.workflow?.name ?? '',
    queryCount: benchmark.queryCount,
    ...summariseEvaluation(records),
  };
}

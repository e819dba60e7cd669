import type { Benchmark } from '../../domain/benchmark.ts';
import type { RunState } from '../../domain/run/state.ts';
import type { BudgetTable } from '../../shared/contracts/generated/scale/v1/budgets.ts';
import type { RunManifest } from '../../shared/contracts/generated/scale/v1/control.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import type { StepNow } from '../api/run-answer.ts';
import type { RunRow } from '../api/run-row.ts';

/** A run as far as its log has been read. */
export interface FoldedRun {
  readonly runId: string;
  readonly record: RunRecord;
  readonly benchmark: Benchmark;
  readonly manifest: RunManifest;
  readonly budgets: readonly BudgetTable[];
  readonly row: RunRow;
  /** Of the log, as far as pages are told of it. */
  readonly revision: string;
  readonly step: StepNow | undefined;
}

/** Undefined while the log is empty. */
export function stateOf({ record }: Pick<FoldedRun, 'record'>): RunState | undefined {
  return record.events.length === 0 ? undefined : record.state();
}

import type { MatrixCell } from '../../domain/report/report-model.ts';
import type { ExecutionShown } from '../../shared/runs/execution-shown.ts';

/** GET /api/runs/:id/rounds/:round/executions?offset=&limit= : the worst first, at most 1,000 at a time. */
export interface ExecutionRowsAnswer {
  readonly runId: string;
  readonly round: number;
  readonly total: number;
  readonly offset: number;
  readonly rows: readonly ExecutionRow[];
}

export interface ExecutionRow {
  readonly queryIndex: number;
  readonly queryId: string;
  readonly repeat: number;
  readonly score: number;
  readonly tokens: number;
  /** Shortened. */
  readonly answer: string;
  readonly failure?: { readonly kind: string; readonly message: string };
  readonly feedback?: string;
}

/** GET /api/runs/:id/executions?round=&query= : every execution of the round's workflow on the query (its id), with each call. */
export interface ExecutionsAnswer {
  readonly runId: string;
  readonly round: number;
  readonly query: {
    readonly index: number;
    readonly id: string;
    readonly fields: Readonly<Record<string, string>>;
    readonly reference: string;
  };
  /** Empty where results have gone (they are kept for two weeks): note then says so. */
  readonly executions: readonly ExecutionShown[];
  readonly note?: string;
  /** Other rounds that executed this query, with its mean score. */
  readonly others: readonly { readonly round: number; readonly score: ShownCell }[];
}

/** GET /api/runs/:id/matrix : columns in the benchmark's order, parallel to each row's cells. */
export interface MatrixAnswer {
  readonly runId: string;
  readonly revision: string;
  readonly queries: {
    readonly ids: readonly string[];
    /** Shortened to 120 characters. */
    readonly questions: readonly string[];
  };
  readonly rows: readonly { readonly round: number; readonly cells: readonly ShownCell[] }[];
}

/**
 * Mean over repeats, to four digits; null: not executed; "failed": it failed, and has the score 0; "unscored": it failed for
 * reasons of the infrastructure, and counts in no score.
 */
export type ShownCell = MatrixCell | 'unscored';

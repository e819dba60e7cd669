import type { ReportModel } from '../../domain/report/report-model.ts';
import type { RoundProgress } from '../../domain/report/run-progress.ts';
import type { RunRow, WaitingFor } from './run-row.ts';

/** The step under way, which no log holds. */
export interface StepNow {
  readonly round: number;
  /** warm-up, propose, predict, few-shot, final or test; "" before the first. */
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  /** Rounds under way after this one. */
  readonly ahead: readonly RoundProgress[];
  /** What holds workers up, "" for nothing. */
  readonly trouble: string;
  readonly waiting?: WaitingFor;
}

/** As report.json has it, but for the matrix, which is an answer of its own. */
export type RunReport = Omit<ReportModel, 'matrix'>;

/** GET /api/runs/:id */
export interface RunAnswer {
  readonly row: RunRow;
  /** Of the log that this tells of: a change with the same one brings nothing new. */
  readonly revision: string;
  /** Absent: the log is empty yet. */
  readonly report?: RunReport;
  /** Absent: nothing works on it, or the step is not known yet. */
  readonly step?: StepNow;
  /** What it may spend, each as two texts: of what, and how much of it is used. */
  readonly limits: readonly { readonly of: string; readonly text: string }[];
}

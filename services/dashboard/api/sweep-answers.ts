import type { Money } from '../../domain/prices/money-of.ts';
import type { SweepReport } from '../../domain/sweep-report/sweep-report-model.ts';
import type { RunState } from './run-row.ts';

export interface SweepRow {
  readonly sweepId: string;
  readonly name: string;
  readonly state: 'running' | 'paused' | 'cancelled' | 'completed';
  /** Why it was paused or cancelled. */
  readonly reason?: string;
  readonly isOver: boolean;
  /** Of those that run, `paused` are. */
  readonly cells: {
    readonly waiting: number;
    readonly running: number;
    readonly paused: number;
    readonly completed: number;
    readonly failed: number;
    readonly cancelled: number;
  };
  readonly tokens: number;
  readonly spentTokens: number;
  /** What was paid for. Absent: no price is known, or they are in several currencies. */
  readonly money?: Money;
  readonly simulated: boolean;
  readonly createdAtMs: number;
  readonly endedAtMs?: number;
}

/** GET /api/sweeps: the newest first. */
export interface SweepsAnswer {
  readonly sweeps: readonly SweepRow[];
}

/** GET /api/sweeps/:id */
export interface SweepAnswer {
  readonly row: SweepRow;
  /** In the file's order. */
  readonly axes: readonly string[];
  readonly cells: readonly SweepCell[];
}

export interface SweepCell {
  readonly labels: Readonly<Record<string, string>>;
  readonly state: 'waiting' | RunState;
  readonly leftOut: boolean;
  readonly runId?: string;
  readonly score?: number;
  readonly tokens?: number;
  readonly money?: Money;
  readonly why?: string;
  readonly round?: number;
  readonly maxRounds?: number;
  readonly startedAtMs?: number;
  readonly endedAtMs?: number;
}

/** GET /api/sweeps/:id/report : reads the logs of its runs, which takes a while. */
export interface SweepReportAnswer {
  readonly report: SweepReport;
}

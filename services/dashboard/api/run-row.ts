import type { Money } from '../../domain/prices/money-of.ts';
import type { Verdict } from '../../domain/report/report-verdict.ts';

/** `interrupted`: it is not over, and nothing works on it. */
export type RunState = 'running' | 'paused' | 'interrupted' | 'completed' | 'cancelled' | 'failed';

/** What holds a run up; each text is a clause. */
export interface WaitingFor {
  readonly kind: string;
  readonly what: string;
  /** What would end it. */
  readonly until: string;
  readonly sinceMs: number;
  readonly waitedMs: number;
}

export interface RunRow {
  readonly runId: string;
  readonly name: string;
  readonly benchmark: string;
  readonly state: RunState;
  readonly simulated: boolean;
  readonly waiting?: WaitingFor;
  readonly roundsCompleted: number;
  readonly maxRounds: number;
  readonly best?: BestScore;
  readonly verdict?: Omit<Verdict, 'difference'> & { readonly difference?: Between & { readonly difference: number } };
  /** Charged: what the log says. */
  readonly tokens: number;
  /** Paid for, with what was lost. Absent: as many as were charged, or not known. */
  readonly spentTokens?: number;
  readonly money?: Money;
  readonly spentMoney?: Money;
  /** Estimated, against executing every workflow on every query: a share of at most 1, below 0 where predictions cost more. */
  readonly saved?: { readonly share: number; readonly tokens: number; readonly money?: Money };
  /** An estimate. Absent: not known yet, or nothing works on it. */
  readonly leftMs?: number;
  readonly createdAtMs: number;
  readonly endedAtMs?: number;
  readonly labels: readonly string[];
  readonly team?: string;
  readonly startedBy?: string;
  readonly sweepId?: string;
  /** Of an evaluation: the run whose workflow is executed. */
  readonly ofRun?: string;
}

export interface Between {
  readonly low: number;
  readonly high: number;
}

export interface BestScore {
  readonly round?: number;
  readonly score: number;
  /** 95 %; absent where the score is not from executions of all queries alone. */
  readonly interval?: Between;
  /** Of an answer of this workflow. */
  readonly answerTokens?: number;
}

/** GET /api/runs: the newest first. */
export interface RunsAnswer {
  readonly runs: readonly RunRow[];
}

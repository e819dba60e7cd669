import type { RunState } from './run-row.ts';

/** GET /api/runs/:id/why */
export interface WhyAnswer {
  readonly runId: string;
  readonly state: RunState;
  /** One sentence: it moves, it is over, or what it waits for. */
  readonly sentence: string;
  /** From what stops it to what is in order. Empty for a run that is over. */
  readonly findings: readonly {
    readonly level: 'stops' | 'slows' | 'fine';
    /** E.g. "Executors", "Endpoint http://…", "Coordinator". */
    readonly subject: string;
    readonly text: string;
    /** What to do. Absent: nothing. */
    readonly remedy?: string;
  }[];
}

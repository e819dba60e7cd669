import type { StepNow } from './run-answer.ts';
import type { RunRow } from './run-row.ts';
import type { SweepRow } from './sweep-answers.ts';

/**
 * GET /api/changes?run=ID&sweep=ID : server-sent events. `change` carries a Change, at most two a second, as the difference to
 * the one before; the event's id goes back in Last-Event-ID. `reset` says that the page has missed some and must read anew.
 * A comment every 15 s keeps proxies from closing it.
 */
export interface Change {
  /** Rows that are new or have changed. */
  readonly runs?: readonly RunRow[];
  readonly sweeps?: readonly SweepRow[];
  readonly removedRuns?: readonly string[];
  /** Of the run that the page looks at: its answers are to be read again where the revision differs. */
  readonly run?: {
    readonly runId: string;
    readonly revision: string;
    readonly step?: StepNow;
    readonly notices?: readonly string[];
  };
  /** The cluster does not answer: why; "" when it does again. */
  readonly trouble?: string;
}

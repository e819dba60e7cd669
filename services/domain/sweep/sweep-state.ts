import type { CellOutcome, SweepCell, SweepSettings, SweepShare } from './sweep-event.ts';

/** What a sweep's log adds up to. Times are those of its entries, in milliseconds since 1970. */
export interface SweepState {
  readonly name: string;
  /** As its file says. */
  readonly settings: SweepSettings;
  /** In place of the one in its settings. Absent: nobody has changed it. */
  readonly share?: SweepShare;
  readonly startsBlob: string;
  readonly startedBy: string;
  /** What people want of it. */
  readonly status: 'running' | 'paused' | 'cancelled';
  /** Why it is paused or was cancelled, "" for no reason given. */
  readonly reason: string;
  /** In the order of its file; behind these, the ones that the file has no more, in the order in which they went. */
  readonly cells: readonly CellState[];
  readonly createdAtMs: number;
  /** Absent: it goes on. */
  readonly endedAtMs?: number;
}

export interface CellState extends SweepCell {
  /** Its place among the starts; absent: its file does not have it any more. */
  readonly place?: number;
  /** In the order in which they were started. */
  readonly runs: readonly CellRun[];
  /** Its last run ended without a result, and it is to have another. */
  readonly again: boolean;
}

export interface CellRun {
  readonly runId: string;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  /** Absent: the run goes on. */
  readonly outcome?: CellOutcome;
}

export type CellPhase = 'waiting' | 'running' | CellOutcome['status'];

export function phaseOf({ runs, again }: CellState): CellPhase {
  const last = runs.at(-1);
  if (last === undefined || again) return 'waiting';
  return last.outcome?.status ?? 'running';
}

/** The run that speaks for a cell: the one that goes on, or the last one. */
export function runOf({ runs }: CellState): CellRun | undefined {
  return runs.at(-1);
}

/** With what was changed since its file was read. */
export function settingsNow({ settings, share = settings.share }: SweepState): SweepSettings {
  return { ...settings, ...(share && { share }) };
}

/** Nothing of it goes on, and nothing waits that would be started. */
export function isSweepOver({ cells, status }: SweepState): boolean {
  return cells.every((cell) => {
    const phase = phaseOf(cell);
    return phase !== 'running' && (phase !== 'waiting' || status === 'cancelled' || cell.place === undefined);
  });
}

import type { Money } from '../prices/money-of.ts';
/** What a cell of a sweep has of one axis of its matrix. */
export interface SweepLabel {
  readonly axis: string;
  readonly value: string;
}

/** One run that a sweep wants. */
export interface SweepCell {
  /** The id that its run has, if that is the first one. */
  readonly cellId: string;
  readonly labels: readonly SweepLabel[];
  /** Hash of what the user decided, without any default: a version with other defaults knows the cell by it. */
  readonly writtenHash: string;
  /** Hash of its benchmark's content. */
  readonly benchmarkBlob: string;
}

/** How a sweep goes on, never what its cells are: not part of its identity. */
export interface SweepSettings {
  /** Most of its runs that go on at a time. */
  readonly atOnce: number;
  /** What its runs have together beside other runs. Absent: each has its own. */
  readonly share?: SweepShare;
  /** Of all its runs together. Absent: none. */
  readonly limits?: SweepLimits;
}

export interface SweepShare {
  readonly weight: number;
  readonly priority: number;
  /** Most calls in flight; 0: no limit. */
  readonly atMost: number;
}

/** 0: no limit. */
export interface SweepLimits {
  readonly tokens: number;
  readonly calls: number;
  /** In the currency of the price table. */
  readonly money: number;
  readonly durationMs: number;
  /** Milliseconds since 1970. */
  readonly untilMs: number;
}

export const cellEnds = ['completed', 'failed', 'cancelled'] as const;

/** How the run of a cell ended. One that completed without a result has failed. */
export interface CellOutcome {
  readonly status: (typeof cellEnds)[number];
  /** Why there is no result, a clause; "" where there is one. */
  readonly why: string;
  /** Of the winner. */
  readonly score?: number;
  /** Charged: what the run's log says. */
  readonly tokens: number;
  /** Paid for. Absent: nothing was noted. */
  readonly spentTokens?: number;
  /** What was paid for. Absent: no model of it has a price. */
  readonly money?: Money;
  /** A simulated model gave at least one answer. Absent: none did. */
  readonly simulated?: true;
}

/** What its file says now. */
export interface SweepDefined {
  readonly kind: 'sweep-defined';
  readonly name: string;
  readonly settings: SweepSettings;
  /** In the order in which they are started. Those of before that are not among them are started no more. */
  readonly cells: readonly SweepCell[];
  /** Names what the cells are started with, in their order. */
  readonly startsBlob: string;
  /** Cells of before that ended without a result, and are to be executed once more. */
  readonly again: readonly string[];
  /** By the token that the coordinator saw, "" for nobody known. */
  readonly startedBy: string;
}

/** An entry of a sweep's log. */
export type SweepEvent =
  | SweepDefined
  /** Only where its models are served has changed. */
  | { readonly kind: 'sweep-moved'; readonly startsBlob: string }
  /** What its runs have together, in place of what its file says. */
  | { readonly kind: 'sweep-shared'; readonly share: SweepShare }
  /** Written before the run is started. */
  | { readonly kind: 'cell-started'; readonly cellId: string; readonly runId: string }
  | { readonly kind: 'cell-ended'; readonly cellId: string; readonly runId: string; readonly outcome: CellOutcome }
  | { readonly kind: 'sweep-paused'; readonly reason: string }
  | { readonly kind: 'sweep-resumed' }
  | { readonly kind: 'sweep-cancelled'; readonly reason: string }
  | { readonly kind: 'sweep-ended' };

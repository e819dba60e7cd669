/**
 * GET /api/runs/:id/timeline?round= : what results tell of the executions of a round (default: the newest). Only the time that a
 * result was stored and how long it took are on record, so a span is a job from its worker's last attempt to its result.
 */
export interface TimelineAnswer {
  readonly runId: string;
  readonly round: number;
  readonly workers: readonly string[];
  readonly endpoints: readonly string[];
  /** By beginning. */
  readonly spans: readonly TimelineSpan[];
  /** Executions that have no result here, or are beyond the most that an answer holds. */
  readonly left: number;
  /** A sentence on what the times are and what they cannot tell. */
  readonly note: string;
}

export interface TimelineSpan {
  readonly queryId: string;
  readonly repeat: number;
  /** Places in workers and endpoints. */
  readonly worker: number;
  readonly endpoints: readonly number[];
  readonly beganMs: number;
  readonly endedMs: number;
  readonly calls: number;
  readonly score: number;
  readonly failed: boolean;
}

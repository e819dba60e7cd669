/** What executions have shown about one workflow: parallel lists, each query once, its score the mean over repeats. */
export interface OutcomeRow {
  readonly queries: readonly number[];
  readonly scores: readonly number[];
}

/** What executions of one workflow have shown in an earlier run on the same queries, and where that comes from. */
export interface MemoryRow extends OutcomeRow {
  readonly runId: string;
  readonly round: number;
  readonly workflowHash: string;
  /** Executor. */
  readonly model: string;
  /** The evaluation method that asked for the executions. */
  readonly method: string;
  /** A simulated model answered. */
  readonly simulated: boolean;
}

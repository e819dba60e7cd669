/** The lease that whoever drives a run holds. */
export function runLease(runId: string): string {
  return `run-${runId}`;
}

/** The same for sweeps. */
export function sweepLease(sweepId: string): string {
  return `sweep-${sweepId}`;
}

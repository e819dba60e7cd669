/** The lease that whoever drives a run holds. */
export function runLease(runId: string): string {
  return `run-${runId}`;
}

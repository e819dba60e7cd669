/** One thing that `scale doctor` looked at. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'missing' | 'failed';
  readonly found: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** What is missing or has failed keeps `scale run` from working; a warning does not. */
export function isHealthy(checks: readonly Check[]): boolean {
  return checks.every(({ status }) => status !== 'missing' && status !== 'failed');
}

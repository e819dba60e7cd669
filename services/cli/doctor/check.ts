/** One thing that `scale doctor` looked at. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'missing';
  readonly found: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** Something missing keeps `scale run` from working; a warning does not. */
export function isHealthy(checks: readonly Check[]): boolean {
  return checks.every((check) => check.status !== 'missing');
}

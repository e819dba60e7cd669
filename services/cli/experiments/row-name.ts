import type { ResultRow } from '../../domain/experiment/experiment-report.ts';

/** Whose figures they are stands in the row itself: rows are copied out of tables. */
export function nameOfRow({ name, source }: ResultRow, simulated: boolean): string {
  if (source === 'paper') return `paper: ${name}`;
  return simulated ? `${name} (simulated)` : name;
}

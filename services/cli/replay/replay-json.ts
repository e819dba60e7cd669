import type { ReplayReport } from '../../domain/replay/replay-report.ts';

/** The report as JSON: maps as objects, and null for what cannot be said. */
export function replayJson(report: ReplayReport): Record<string, unknown> {
  return {
    ...report,
    tables: report.tables.map(({ rows, ...table }) => ({
      ...table,
      rows: rows.map(({ strategy, pooled, bySource }) => ({
        strategy,
        pooled: withNulls(pooled),
        bySource: Object.fromEntries([...bySource].map(([source, summary]) => [source, withNulls(summary)])),
      })),
    })),
  };
}

function withNulls(summary: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(summary).map(([name, estimate]) => [name, estimate ?? null]));
}

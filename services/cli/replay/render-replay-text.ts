import type { ReplayReport } from '../../domain/replay/replay-report.ts';
import { alignColumns } from '../../shared/document/align-columns.ts';
import { columnsOf, describeReplay, estimateIn, leadingColumn, plainFigure, sourcesOf, withInterval } from './replay-columns.ts';

/** For a terminal: the leading figure with its interval and by source, the others without. */
export function renderReplayText(report: ReplayReport): string {
  const sources = sourcesOf(report);
  const tables = report.tables.map(({ kind, title, rows }) => {
    const leading = leadingColumn(kind);
    const others = columnsOf(kind).filter((column) => column !== leading);
    const head = ['', leading.title, ...others.map((column) => column.title), ...sources];
    const lines = rows.map((row) => [
      row.strategy.name,
      withInterval(estimateIn(row, leading), leading.digits),
      ...others.map((column) => plainFigure(estimateIn(row, column), column.digits)),
      ...sources.map((source) => plainFigure(estimateIn(row, leading, source), leading.digits)),
    ]);
    return `${title}\n${alignColumns([head, ...lines])}`;
  });
  return [...describeReplay(report), ...tables].join('\n\n');
}

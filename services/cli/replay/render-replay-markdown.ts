import type { ReplayReport, ReplayRow, ReplayTable } from '../../domain/replay/replay-report.ts';
import { columnsOf, describeReplay, estimateIn, leadingColumn, plainFigure, sourcesOf, withInterval } from './replay-columns.ts';

export function renderReplayMarkdown(report: ReplayReport): string {
  const sources = sourcesOf(report);
  const parts = [
    '# Replay of recorded searches',
    ...describeReplay(report),
    ...report.tables.flatMap(({ kind, title, rows }) => [`## ${title}`, resultTable(kind, rows, sources)]),
    '## Searches',
    searchTable(report),
  ];
  return `${parts.join('\n\n')}\n`;
}

function resultTable(kind: ReplayTable['kind'], rows: readonly ReplayRow[], sources: readonly string[]): string {
  const columns = columnsOf(kind);
  const leading = leadingColumn(kind);
  return table(
    ['', ...columns.map(({ title }) => title), ...sources.map((source) => `${leading.title}: ${source}`)],
    rows.map((row) => [
      row.strategy.name,
      ...columns.map((column) => withInterval(estimateIn(row, column), column.digits)),
      ...sources.map((source) => plainFigure(estimateIn(row, leading, source), leading.digits)),
    ]),
  );
}

function searchTable({ searches }: ReplayReport): string {
  return table(
    ['search', 'workflows', 'working', 'queries', 'repeats', 'best truth'],
    searches.map(({ name, workflows, working, queries, repeats: [fewest, most], bestTruth }) => [
      name,
      `${workflows}`,
      `${working}`,
      `${queries}`,
      fewest === most ? `${most}` : `${fewest}–${most}`,
      bestTruth.toFixed(3),
    ]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

import type { ExperimentReport, ResultTable } from '../../domain/experiment/experiment-report.ts';
import { simulatedWarning } from '../../shared/document/simulated-warning.ts';
import { formatFigure } from './format-figure.ts';
import { nameOfRow } from './row-name.ts';

export function renderExperimentMarkdown(report: ExperimentReport): string {
  const { simulated, runs } = report;
  const parts = [
    `# ${report.title}`,
    ...(simulated ? [`**${simulatedWarning}**`] : []),
    ...report.setting,
    listed(report.findings),
    ...report.tables.map((table) => `## ${table.title}\n\n${markdownTable(table, simulated)}`),
    '## Notes',
    listed(report.remarks),
    '## Runs',
    rowsOf([['run', 'what', 'tokens'], ...runs.map(({ runId, what, tokens }) => [runId, what, `${tokens}`])]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function listed(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}

function markdownTable({ columns, rows }: ResultTable, simulated: boolean): string {
  return rowsOf([['', ...columns], ...rows.map((row) => [nameOfRow(row, simulated), ...row.cells.map(formatFigure)])]);
}

function rowsOf([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

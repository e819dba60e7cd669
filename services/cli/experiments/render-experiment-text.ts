import type { ExperimentReport, ResultTable } from '../../domain/experiment/experiment-report.ts';
import { alignColumns } from '../../shared/document/align-columns.ts';
import { simulatedWarning } from '../../shared/document/simulated-warning.ts';
import { formatFigure } from './format-figure.ts';
import { nameOfRow } from './row-name.ts';

/** For a terminal. */
export function renderExperimentText(report: ExperimentReport): string {
  const parts = [
    `${report.title}${report.simulated ? `\n${simulatedWarning}` : ''}`,
    report.setting.join('\n'),
    ...report.tables.map((table) => textTable(table, report)),
    report.findings.join('\n'),
    report.remarks.map((remark) => `Note: ${remark}`).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function textTable({ title, columns, rows }: ResultTable, { simulated }: ExperimentReport): string {
  const lines = rows.map((row) => [nameOfRow(row, simulated), ...row.cells.map(formatFigure)]);
  return `${title}\n${alignColumns([['', ...columns], ...lines])}`;
}

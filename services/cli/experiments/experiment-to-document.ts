import type { ExperimentReport, ResultRow, ResultTable } from '../../domain/experiments/experiment-report.ts';
import type { Document, Section, Table } from '../../shared/document/document.ts';

/** An experiment as every form shows it. */
export function experimentToDocument(report: ExperimentReport): Document {
  const { title, simulated, setting, findings, tables, plots, remarks, runs } = report;
  return {
    name: 'experiment',
    title,
    simulated,
    header: [...setting.map((text) => ({ kind: 'text', text }) as const), { kind: 'list', items: findings }],
    sections: [
      {
        id: 'plots',
        title: 'Plots',
        filesOnly: true,
        blocks: [
          { kind: 'beside', blocks: plots.map((plot, index) => ({ ...plot, id: `plot-${index + 1}`, caption: plot.title })) },
        ],
      },
      ...tables.map((table, index) => tableSection(table, `table-${index + 1}`, simulated)),
      { id: 'notes', title: 'Notes', blocks: [{ kind: 'list', items: remarks }] },
      { id: 'runs', title: 'Runs', filesOnly: true, blocks: [runTable(runs)] },
    ],
  };
}

function tableSection({ title, columns, rows }: ResultTable, id: string, simulated: boolean): Section {
  const table: Table = {
    kind: 'table',
    of: '',
    columns: columns.map((name) => ({ name })),
    rows: rows.map((row) => ({ name: nameOf(row, simulated), cells: row.cells })),
  };
  return { id, title, blocks: [table] };
}

/** The row itself says whose figures these are, since rows are copied out of tables. */
function nameOf({ name, source }: ResultRow, simulated: boolean): string {
  if (source === 'paper') return `paper: ${name}`;
  return simulated ? `${name} (simulated)` : name;
}

function runTable(runs: ExperimentReport['runs']): Table {
  return {
    kind: 'table',
    of: 'run',
    columns: [{ name: 'what', text: true }, { name: 'tokens' }],
    rows: runs.map(({ runId, what, tokens }) => ({ name: runId, cells: [what, { unit: 'count', value: tokens }] })),
  };
}

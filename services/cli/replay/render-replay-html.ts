import type { ReplayReport, ReplayRow, ReplayTable } from '../../domain/replay/replay-report.ts';
import { htmlPage } from '../../shared/document/html-page.ts';
import { type Markup, markup } from '../../shared/document/markup.ts';
import { intervalPlot } from './interval-plot.ts';
import { columnsOf, describeReplay, estimateIn, leadingColumn, plainFigure, sourcesOf, withInterval } from './replay-columns.ts';

const title = 'Replay of recorded searches';

export function renderReplayHtml(report: ReplayReport): string {
  const sources = sourcesOf(report);
  return htmlPage({
    title,
    simulated: false,
    header: markup`<h1>${title}</h1>${describeReplay(report).map((text) => markup`<p>${text}</p>`)}`,
    main: markup`
${report.tables.map((table) => section(table, sources))}
`,
    footer: 'Written by SCALE. The same figures are in replay.json and replay.md.',
  });
}

function section({ kind, title, rows }: ReplayReport['tables'][number], sources: readonly string[]): Markup {
  return markup`<section><h2>${title}</h2>
${intervalPlot(rows, leadingColumn(kind))}
${resultTable(kind, rows, sources)}
</section>`;
}

function resultTable(kind: ReplayTable['kind'], rows: readonly ReplayRow[], sources: readonly string[]): Markup {
  const columns = columnsOf(kind);
  const leading = leadingColumn(kind);
  const heads = [...columns.map(({ title }) => title), ...sources.map((source) => `${leading.title}: ${source}`)];
  return markup`<div class="wide"><table><thead><tr><th></th>${heads.map((head) => markup`<th>${head}</th>`)}</tr></thead><tbody>${rows.map(
    (row) =>
      markup`<tr><th scope="row">${row.strategy.name}</th>${columns.map(
        (column) => markup`<td>${withInterval(estimateIn(row, column), column.digits)}</td>`,
      )}${sources.map((source) => markup`<td>${plainFigure(estimateIn(row, leading, source), leading.digits)}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}

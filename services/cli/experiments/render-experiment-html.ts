import type { ExperimentReport, ResultPlot, ResultTable } from '../../domain/experiment/experiment-report.ts';
import { htmlPage } from '../../shared/document/html-page.ts';
import { type Markup, markup } from '../../shared/document/markup.ts';
import { formatFigure } from './format-figure.ts';
import { intervalRows } from './interval-rows.ts';
import { nameOfRow } from './row-name.ts';
import { settingCurve } from './setting-curve.ts';

export function renderExperimentHtml(report: ExperimentReport): string {
  const { title, simulated, setting, findings, tables, plots, remarks, runs } = report;
  return htmlPage({
    title,
    simulated,
    header: markup`<h1>${title}</h1>${setting.map((text) => markup`<p class="faint">${text}</p>`)}
<ul class="remarks">${findings.map((finding) => markup`<li>${finding}</li>`)}</ul>`,
    main: markup`
<section><h2>Plots</h2><div class="beside">${plots.map((plot, index) => markup`<figure>${drawn(plot, `plot-${index}`)}<figcaption>${plot.title}</figcaption></figure>`)}</div></section>
${tables.map((table) => section(table, simulated))}
<section><h2>Notes</h2><ul>${remarks.map((remark) => markup`<li>${remark}</li>`)}</ul></section>
<section><h2>Runs</h2><div class="wide"><table><thead><tr><th>run</th><th>what</th><th class="number">tokens</th></tr></thead><tbody>${runs.map(
      ({ runId, what, tokens }) => markup`<tr><td>${runId}</td><td>${what}</td><td class="number">${tokens}</td></tr>`,
    )}</tbody></table></div></section>
`,
    footer: 'Written by SCALE. The same figures are in experiment.json and experiment.md.',
  });
}

function drawn(plot: ResultPlot, id: string): Markup {
  const values = plot.kind === 'intervals' ? plot.rows : plot.series.flatMap(({ points }) => points);
  if (values.length === 0) return markup`<p>There is no figure to draw.</p>`;
  return plot.kind === 'intervals' ? intervalRows(plot, id) : settingCurve(plot, id);
}

function section({ title, columns, rows }: ResultTable, simulated: boolean): Markup {
  return markup`<section><h2>${title}</h2><div class="wide"><table><thead><tr><th></th>${columns.map(
    (column) => markup`<th class="number">${column}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (row) =>
      markup`<tr><th scope="row">${nameOfRow(row, simulated)}</th>${row.cells.map(
        (cell) => markup`<td class="number">${formatFigure(cell)}</td>`,
      )}</tr>`,
  )}</tbody></table></div></section>`;
}

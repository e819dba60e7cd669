import type { ReplayReport, ReplayRow, ReplayTable } from '../../domain/replay/replay-report.ts';
import { type Markup, markup } from '../report/markup.ts';
import { style } from '../report/style.ts';
import { intervalPlot } from './interval-plot.ts';
import { columnsOf, describeReplay, estimateIn, leadingColumn, plainFigure, sourcesOf, withInterval } from './replay-columns.ts';

/** One page that needs nothing else: no network, no script, no font. */
export function renderReplayHtml(report: ReplayReport): string {
  const sources = sourcesOf(report);
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Replay of recorded searches – SCALE</title>
<style>${{ markup: style }}</style>
</head>
<body>
<header><h1>Replay of recorded searches</h1>${describeReplay(report).map((text) => markup`<p>${text}</p>`)}</header>
<main>
${report.tables.map((table) => section(table, sources))}
</main>
<footer>Written by SCALE. The same figures are in replay.json and replay.md.</footer>
</body>
</html>
`;
  return page.markup;
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

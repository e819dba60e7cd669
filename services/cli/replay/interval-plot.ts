import type { ReplayRow } from '../../domain/replay/replay-report.ts';
import { type Markup, markup } from '../../shared/document/markup.ts';
import { linearScale } from '../../shared/document/plots/scale.ts';
import { type Column, estimateIn, plainFigure } from './replay-columns.ts';

const layout = { width: 900, left: 330, right: 70, row: 26, top: 12, bottom: 34 };

/** One line a strategy: its pooled mean and interval, from zero, so that lengths may be compared. */
export function intervalPlot(rows: readonly ReplayRow[], column: Column): Markup {
  const known = rows.flatMap((row) => {
    const estimate = estimateIn(row, column);
    return estimate === undefined ? [] : [{ name: row.strategy.name, estimate }];
  });
  const most = Math.max(...known.map(({ estimate }) => estimate.high), 1e-9);
  const height = layout.top + known.length * layout.row + layout.bottom;
  const x = linearScale([0, most], [layout.left, layout.width - layout.right], 5);
  const axis = layout.top + known.length * layout.row + 4;
  return markup`<figure><svg viewBox="0 0 ${layout.width} ${height}" role="img" aria-label="${column.title} with intervals">
${x.ticks.map(
  (tick) => markup`<line x1="${x(tick)}" x2="${x(tick)}" y1="${layout.top}" y2="${axis}" stroke="var(--grid)"/>
<text x="${x(tick)}" y="${axis + 16}" text-anchor="middle" font-size="12" fill="var(--faint)">${tick}</text>`,
)}
${known.map(({ name, estimate }, index) => {
  const y = layout.top + index * layout.row + layout.row / 2;
  return markup`<text x="${layout.left - 12}" y="${y + 4}" text-anchor="end" font-size="13" fill="var(--ink)">${name}</text>
<line x1="${x(estimate.low)}" x2="${x(estimate.high)}" y1="${y}" y2="${y}" stroke="var(--full)" stroke-width="3"/>
<circle cx="${x(estimate.mean)}" cy="${y}" r="5" fill="var(--full)"/>
<text x="${x(estimate.high) + 8}" y="${y + 4}" font-size="12" fill="var(--faint)">${plainFigure(estimate, column.digits)}</text>`;
})}
</svg><figcaption>${column.title}: pooled mean and 95 % interval; smaller is better.</figcaption></figure>`;
}

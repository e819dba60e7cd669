import type { IntervalPlot } from '../../domain/experiment/experiment-report.ts';
import { type Markup, markup } from '../../shared/document/markup.ts';
import { drawing } from '../../shared/document/plots/axes.ts';
import { linearScale } from '../../shared/document/plots/scale.ts';
import { formatFigure, formatValue } from './format-figure.ts';

const layout = { width: 900, left: 260, right: 190, row: 26, top: 12, bottom: 34 };

/** One line a row: its value and interval. */
export function intervalRows({ title, rows }: IntervalPlot, id: string): Markup {
  const ends = rows.flatMap(({ figure: { value, low = value, high = value } }) => [low, high]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const room = (high - low || 1) * 0.05;
  const x = linearScale([low - room, high + room], [layout.left, layout.width - layout.right], 5);
  const bottom = layout.top + rows.length * layout.row + 4;
  const size = { width: layout.width, height: bottom + layout.bottom };
  const unit = rows[0]?.figure.unit ?? 'number';
  const content = markup`${x.ticks.map(
    (tick) => markup`<line class="grid" x1="${x(tick)}" x2="${x(tick)}" y1="${layout.top}" y2="${bottom}"/>
<text class="small" x="${x(tick)}" y="${bottom + 16}" text-anchor="middle">${formatValue(unit, tick)}</text>`,
  )}${rows.map(({ name, figure }, index) => {
    const { value, low: from = value, high: to = value } = figure;
    const y = layout.top + index * layout.row + layout.row / 2;
    return markup`<text x="${layout.left - 12}" y="${y + 4}" text-anchor="end">${name}</text>
<line x1="${x(from)}" x2="${x(to)}" y1="${y}" y2="${y}" stroke="var(--full)" stroke-width="3"/>
<circle cx="${x(value)}" cy="${y}" r="5" fill="var(--full)"/>
<text class="small" x="${x(to) + 10}" y="${y + 4}">${formatFigure(figure)}</text>`;
  })}`;
  return drawing(id, size, title, `${rows.length} values with their intervals.`, content);
}

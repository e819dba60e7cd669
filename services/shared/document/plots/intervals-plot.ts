import { formatFigure, formatValue } from '../figure.ts';
import { type Markup, markup } from '../markup.ts';
import type { IntervalsPlot } from '../plot.ts';
import { drawing } from './axes.ts';
import { linearScale } from './scale.ts';

const layout = { width: 940, right: 190, row: 26, top: 12, bottom: 34 };
/** Width of a name's characters, generously. */
const characterWidth = 7.2;

/** One line per row: its value and interval. */
export function intervalsPlot(plot: IntervalsPlot): Markup {
  const { rows, fromZero } = plot;
  const left = Math.min(440, 30 + characterWidth * Math.max(...rows.map(({ name }) => name.length)));
  const x = linearScale(domainOf(rows, fromZero), [left, layout.width - layout.right], 5);
  const bottom = layout.top + rows.length * layout.row + 4;
  const unit = rows[0]?.figure.unit ?? 'number';
  const content = markup`${x.ticks.map(
    (tick) => markup`<line class="grid" x1="${x(tick)}" x2="${x(tick)}" y1="${layout.top}" y2="${bottom}"/>
<text class="small" x="${x(tick)}" y="${bottom + 16}" text-anchor="middle">${formatValue(unit, tick)}</text>`,
  )}${rows.map(({ name, figure }, index) => {
    const { value, low = value, high = value } = figure;
    const y = layout.top + index * layout.row + layout.row / 2;
    return markup`<text x="${left - 12}" y="${y + 4}" text-anchor="end">${name}</text>
<line class="interval" x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}"/><circle class="m-circle" cx="${x(value)}" cy="${y}" r="5"/>
<text class="small" x="${x(high) + 10}" y="${y + 4}">${formatFigure(figure)}</text>`;
  })}`;
  const size = { width: layout.width, height: bottom + layout.bottom };
  const description = plot.description ?? `${rows.length} values with their intervals.`;
  return markup`<div class="wide" tabindex="0">${drawing({ ...plot, description }, size, content)}</div>`;
}

function domainOf(rows: IntervalsPlot['rows'], fromZero: true | undefined): readonly [number, number] {
  const ends = rows.flatMap(({ figure: { value, low = value, high = value } }) => [low, high]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  if (fromZero) return [0, Math.max(high, 1e-9)];
  const room = (high - low || 1) * 0.05;
  return [low - room, high + room];
}

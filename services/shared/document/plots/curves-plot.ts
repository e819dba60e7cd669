import { seriesMarks } from '../colours.ts';
import { formatFigure, formatValue } from '../figure.ts';
import { type Markup, markup } from '../markup.ts';
import type { CurvesPlot } from '../plot.ts';
import { axes, drawing } from './axes.ts';
import { linearScale } from './scale.ts';

const size = { width: 470, height: 320 };
const frame = { left: 70, right: 360, top: 16, bottom: 264 };

/** Values over a setting with their intervals, one line per series; each series has its name at its end. */
export function curvesPlot(plot: CurvesPlot): Markup {
  const { across, up, unit, series } = plot;
  const points = series.flatMap((one) => one.points);
  const ends = points.flatMap(({ figure: { value, low = value, high = value } }) => [low, high]);
  const x = linearScale(domainOf(points.map(({ at }) => at)), [frame.left, frame.right], 6);
  const y = linearScale(domainOf(ends), [frame.bottom, frame.top], 5);
  const nameHeights = apart(
    series.map(({ points: own }) => own.toSorted((a, b) => a.at - b.at).at(-1)).map((last) => last && y(last.figure.value)),
  );
  const drawn = series.map((one, index) => {
    const mark = seriesMarks[index % seriesMarks.length];
    const ordered = one.points.toSorted((a, b) => a.at - b.at);
    const line = ordered.map((point, place) => `${place === 0 ? 'M' : 'L'}${x(point.at)} ${y(point.figure.value)}`).join('');
    const nameHeight = nameHeights[index];
    return markup`<path class="curve l-${mark}" d="${line}"/>
${ordered.map(({ at, figure }) => {
  const { value, low = value, high = value } = figure;
  return markup`<line class="spread l-${mark}" x1="${x(at)}" x2="${x(at)}" y1="${y(low)}" y2="${y(high)}"/>
<circle class="m-${mark}" cx="${x(at)}" cy="${y(value)}" r="4.5"><title>${one.name}, ${across} ${at}: ${formatFigure(figure)}</title></circle>`;
})}
${nameHeight !== undefined && markup`<text class="small" x="${frame.right + 10}" y="${nameHeight + 4}">${one.name}</text>`}`;
  });
  const horizontal = { scale: x, label: across, format: String };
  const vertical = { scale: y, label: up, format: (value: number) => formatValue(unit, value) };
  const description = plot.description ?? `${points.length} values of ${series.length} series.`;
  const content = markup`${axes(frame, horizontal, vertical)}${drawn}`;
  return markup`<div class="wide" tabindex="0">${drawing({ ...plot, description }, size, content)}</div>`;
}

const lineHeight = 14;

/** Heights of the names at the lines' ends: moved down where they would lie on each other, and up where that is too low. */
function apart(heights: readonly (number | undefined)[]): (number | undefined)[] {
  const order = [...heights.keys()].filter((index) => heights[index] !== undefined);
  order.sort((one, other) => (heights[one] as number) - (heights[other] as number));
  const moved = [...heights];
  let above = Number.NEGATIVE_INFINITY;
  for (const index of order) {
    above = Math.max(heights[index] as number, above + lineHeight);
    moved[index] = above;
  }
  let below = size.height - lineHeight;
  for (const index of order.reverse()) {
    below = Math.min(moved[index] as number, below);
    moved[index] = below;
    below -= lineHeight;
  }
  return moved;
}

function domainOf(values: readonly number[]): readonly [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  return [low - room, high + room];
}

import { phases } from '../../../domain/run/ledger/token-use.ts';
import { formatValue, type Unit } from '../figure.ts';
import { type Markup, markup } from '../markup.ts';
import { phaseLabel } from '../phase-label.ts';
import type { Axis, MarksPlot, Place } from '../plot.ts';
import { axes, drawing } from './axes.ts';
import { type LegendEntry, legend, scoreMark } from './marks.ts';
import { linearScale, rounded, type Scale } from './scale.ts';

const layouts = {
  wide: { width: 960, height: 370, ticks: [8, 6] },
  middle: { width: 560, height: 360, ticks: [10, 6] },
  square: { width: 380, height: 360, ticks: [5, 5] },
} as const;
const left = 62;
const ribbonHeight = 16;

/** Marked points between two axes, a step line, and a ribbon that shows what the horizontal axis was spent on. */
export function marksPlot(plot: MarksPlot): Markup {
  const { width, height, ticks } = layouts[plot.size];
  const frame = { left, right: width - 16, top: 24, bottom: height - 54 };
  const x = scaleOf(plot.across, [frame.left, frame.right], ticks[0]);
  const y = scaleOf(plot.up, [frame.bottom, frame.top], ticks[1]);
  const { series, ribbon = [] } = plot;
  const size = { width, height: ribbon.length === 0 ? height : height + ribbonHeight + 14 };
  const content = markup`${axes(frame, axisOf(plot.across, x), axisOf(plot.up, y))}
${plot.steps && markup`<path class="best-line" d="${stepsPath(plot.steps, x, y, plot.across.domain[1])}"/>`}
${plot.diagonal && diagonal(plot.across.domain, x, y)}
${series.map(({ joined, mark, points }) => joined && markup`<path class="thin-line l-${mark}" d="${linePath(points, x, y)}"/>`)}
${series.map(({ mark, points }) => points.map(({ across, up, title }) => scoreMark(mark, x(across), y(up), title)))}
${series.map(({ points }) => points.map(({ across, up, label }) => label !== undefined && markup`<text class="point-label" x="${x(across)}" y="${y(up) - 10}" text-anchor="middle">${label}</text>`))}
${ribbon.map(
  ({ phase, from, amount, title }) =>
    markup`<rect class="p-${phase}" x="${x(from)}" y="${height - 2}" width="${rounded(Math.max(0.3, x(from + amount) - x(from)))}" height="${ribbonHeight}"><title>${title}</title></rect>`,
)}`;
  return markup`<div class="wide" tabindex="0">${drawing(plot, size, content)}</div>${legend(legendOf(plot))}`;
}

function legendOf({ series, ribbon = [] }: MarksPlot): LegendEntry[] {
  const spent = phases.filter((phase) => ribbon.some((part) => part.phase === phase));
  return [
    ...series.filter(({ points }) => points.length > 0).map(({ mark, name }) => ({ mark, text: name })),
    ...spent.map((phase) => ({ phase, text: `tokens: ${phaseLabel(phase)}` })),
  ];
}

/** For whole numbers, no ticks in between. */
function scaleOf({ unit, domain }: Axis, range: readonly [number, number], ticks: number): Scale {
  const scale = linearScale(domain, range, ticks);
  return unit === 'count'
    ? Object.assign((value: number) => scale(value), { ticks: scale.ticks.filter(Number.isInteger) })
    : scale;
}

function axisOf({ label, unit }: Axis, scale: Scale) {
  return { scale, label, format: (value: number) => formatTick(unit, value) };
}

/** Ticks are round: "50 k", not "50.0 k". */
function formatTick(unit: Unit, value: number): string {
  if (unit === 'score') return value.toFixed(2);
  if (unit !== 'tokens') return formatValue(unit, value);
  if (value >= 1e6) return `${value / 1e6} M`;
  return value >= 1e3 ? `${value / 1e3} k` : String(value);
}

function stepsPath(steps: readonly Place[], x: Scale, y: Scale, end: number): string {
  const corners = steps.map(({ across, up }, index) => (index === 0 ? `M${x(across)} ${y(up)}` : `H${x(across)}V${y(up)}`));
  return corners.length === 0 ? '' : `${corners.join('')}H${x(end)}`;
}

function linePath(points: readonly Place[], x: Scale, y: Scale): string {
  return points.map(({ across, up }, index) => `${index === 0 ? 'M' : 'L'}${x(across)} ${y(up)}`).join('');
}

function diagonal([low, high]: Axis['domain'], x: Scale, y: Scale): Markup {
  return markup`<line class="diagonal" x1="${x(low)}" y1="${y(low)}" x2="${x(high)}" y2="${y(high)}"/>`;
}

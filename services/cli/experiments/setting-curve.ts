import type { CurvePlot } from '../../domain/experiment/experiment-report.ts';
import { type Markup, markup } from '../../shared/document/markup.ts';
import { axes, drawing } from '../../shared/document/plots/axes.ts';
import { linearScale } from '../../shared/document/plots/scale.ts';
import { formatFigure, formatValue } from './format-figure.ts';

const size = { width: 490, height: 320 };
const frame = { left: 70, right: 380, top: 16, bottom: 264 };
const colours = ['--full', '--scale', '--few-shot', '--predicted', '--final', '--propose'];

/** Values over a setting with their intervals, one line a series; each series has its name at its end. */
export function settingCurve({ title, across, up, unit, series }: CurvePlot, id: string): Markup {
  const points = series.flatMap((one) => one.points);
  const ends = points.flatMap(({ figure: { value, low = value, high = value } }) => [low, high]);
  const at = points.map((point) => point.at);
  const x = linearScale(domainOf(at), [frame.left, frame.right], 6);
  const y = linearScale(domainOf(ends), [frame.bottom, frame.top], 5);
  const drawn = series.map((one, index) => {
    const colour = `var(${colours[index % colours.length]})`;
    const ordered = one.points.toSorted((a, b) => a.at - b.at);
    const line = ordered.map((point, place) => `${place === 0 ? 'M' : 'L'}${x(point.at)} ${y(point.figure.value)}`).join('');
    const last = ordered.at(-1);
    return markup`<path d="${line}" fill="none" stroke="${colour}" stroke-width="1.5" opacity="0.6"/>
${ordered.map(({ at: place, figure }) => {
  const { value, low = value, high = value } = figure;
  return markup`<line x1="${x(place)}" x2="${x(place)}" y1="${y(low)}" y2="${y(high)}" stroke="${colour}" stroke-width="2"/>
<circle cx="${x(place)}" cy="${y(value)}" r="4.5" fill="${colour}"><title>${one.name}, ${across} ${place}: ${formatFigure(figure)}</title></circle>`;
})}
${last && markup`<text class="small" x="${frame.right + 10}" y="${y(last.figure.value) + 4}">${one.name}</text>`}`;
  });
  const horizontal = { scale: x, label: across, format: String };
  const vertical = { scale: y, label: up, format: (value: number) => formatValue(unit, value) };
  return drawing(
    id,
    size,
    title,
    `${points.length} values of ${series.length} series.`,
    markup`${axes(frame, horizontal, vertical)}${drawn}`,
  );
}

function domainOf(values: readonly number[]): readonly [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  return [low - room, high + room];
}

import { type Markup, markup } from '../markup.ts';
import { type CellState, cellStates, type MatrixPlot } from '../plot.ts';
import { drawing } from './axes.ts';
import { legend } from './marks.ts';
import { rounded } from './scale.ts';

const labelWidth = 62;
const plotWidth = 880;
const rowHeight = 15;
const gap = 2;
const top = 6;

const stateTexts: Readonly<Record<CellState, string>> = {
  right: 'right',
  partial: 'partly right',
  wrong: 'wrong',
  failed: 'failed',
  none: 'not executed',
};

/** Stacked rows, one cell per column. */
export function matrixPlot(plot: MatrixPlot): Markup {
  const { columns, rows, note } = plot;
  const cellWidth = Math.min(32, plotWidth / Math.max(1, columns.length));
  const height = top + rows.length * rowHeight;
  const size = { width: labelWidth + plotWidth + 8, height: height + 30 };
  const hovered = columns.map(
    (title, index) =>
      markup`<rect x="${rounded(labelWidth + index * cellWidth)}" y="${top}" width="${rounded(cellWidth)}" height="${rows.length * rowHeight}"><title>${title}</title></rect>`,
  );
  const content = markup`${rows.map(({ name, cells }, index) => {
    const y = top + index * rowHeight;
    return markup`<text class="small" x="${labelWidth - 8}" y="${y + 11}" text-anchor="end">${name}</text>
${cellStates.map((state) => markup`<path class="c-${state}" d="${runsOf(cells, state, cellWidth, y)}"/>`)}`;
  })}
<g class="hover">${hovered}</g>
<text class="small" x="${labelWidth}" y="${height + 18}">${note}</text>`;
  const told = cellStates.filter((state) => state !== 'partial' || rows.some(({ cells }) => cells.includes(state)));
  return markup`<div class="wide" tabindex="0">${drawing(plot, size, content)}</div>${legend(told.map((cell) => ({ cell, text: stateTexts[cell] })))}`;
}

/** Neighbours in the same state form one piece: a few hundred of them instead of one rectangle per cell. */
function runsOf(cells: readonly CellState[], state: CellState, cellWidth: number, y: number): string {
  const pieces: string[] = [];
  for (let start = 0; start < cells.length; start += 1) {
    if (cells[start] !== state) continue;
    let end = start + 1;
    while (end < cells.length && cells[end] === state) end += 1;
    const [from, to] = [rounded(labelWidth + start * cellWidth), rounded(labelWidth + end * cellWidth)];
    pieces.push(`M${from} ${y}H${to}v${rowHeight - gap}H${from}z`);
    start = end;
  }
  return pieces.join('');
}

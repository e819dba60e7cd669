import type { MatrixCell, MatrixQuery, ReportModel } from '../../../domain/report/report-model.ts';
import { formatShare, oneLine } from '../../../shared/document/format.ts';
import { type Markup, markup } from '../../../shared/document/markup.ts';
import { drawing } from '../../../shared/document/plots/axes.ts';
import { rounded } from '../../../shared/document/plots/scale.ts';

const labelWidth = 62;
const plotWidth = 880;
const rowHeight = 15;
const gap = 2;
const top = 6;

export const cellStates = ['right', 'partial', 'wrong', 'failed'] as const;
type CellState = (typeof cellStates)[number];

/** One row an executed workflow, one column a query, the hardest on the left. */
export function matrixPlot({ matrix }: ReportModel): Markup {
  const { queries, rows } = matrix;
  const cellWidth = Math.min(32, plotWidth / Math.max(1, queries.length));
  const height = top + rows.length * rowHeight;
  const size = { width: labelWidth + plotWidth + 8, height: height + 30 };
  const columns = queries.map(
    (query, index) =>
      markup`<rect x="${rounded(labelWidth + index * cellWidth)}" y="${top}" width="${rounded(cellWidth)}" height="${rows.length * rowHeight}"><title>${describe(query)}</title></rect>`,
  );
  return drawing(
    'query-matrix',
    size,
    'Queries by workflows',
    `${rows.length} executed workflows on ${queries.length} queries.`,
    markup`${rows.map(({ round, cells }, index) => {
      const y = top + index * rowHeight;
      return markup`<text class="small" x="${labelWidth - 8}" y="${y + 11}" text-anchor="end">round ${round}</text>
<rect class="c-none" x="${labelWidth}" y="${y}" width="${rounded(cells.length * cellWidth)}" height="${rowHeight - gap}"/>
${cellStates.map((state) => markup`<path class="c-${state}" d="${runsOf(cells, state, cellWidth, y)}"/>`)}`;
    })}
<g class="hover">${columns}</g>
<text class="small" x="${labelWidth}" y="${height + 18}">queries, from the hardest on the left to the easiest</text>`,
  );
}

function stateOf(cell: MatrixCell): CellState | undefined {
  if (cell === null) return undefined;
  if (cell === 'failed') return 'failed';
  if (cell === 0) return 'wrong';
  return cell >= 1 ? 'right' : 'partial';
}

/** Neighbours in the same state are one piece: a few hundred of them instead of one rectangle a cell. */
function runsOf(cells: readonly MatrixCell[], state: CellState, cellWidth: number, y: number): string {
  const pieces: string[] = [];
  for (let start = 0; start < cells.length; start += 1) {
    if (stateOf(cells[start] ?? null) !== state) continue;
    let end = start + 1;
    while (end < cells.length && stateOf(cells[end] ?? null) === state) end += 1;
    const [from, to] = [rounded(labelWidth + start * cellWidth), rounded(labelWidth + end * cellWidth)];
    pieces.push(`M${from} ${y}H${to}v${rowHeight - gap}H${from}z`);
    start = end;
  }
  return pieces.join('');
}

function describe({ id, question, meanScore, executedBy }: MatrixQuery): string {
  const score =
    meanScore === undefined
      ? 'not executed'
      : `mean score ${formatShare(meanScore)} over ${executedBy} workflow${executedBy === 1 ? '' : 's'}`;
  return `${id}: ${score}. ${oneLine(question, 140)}`;
}

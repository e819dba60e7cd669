import { phases } from '../../../domain/run/ledger/token-use.ts';
import { type Markup, markup } from '../markup.ts';
import type { BarsPlot, Spent } from '../plot.ts';
import { drawing } from './axes.ts';
import { legend } from './marks.ts';
import { linearScale, rounded, type Scale } from './scale.ts';

const layout = { width: 960, left: 150, right: 110, top: 8, row: 44, bar: 30 };

/** Stacked rows of bars, from zero on. */
export function barsPlot(plot: BarsPlot): Markup {
  const most = Math.max(1, ...plot.rows.map(({ parts }) => amountOf(parts)));
  const x = linearScale([0, most], [layout.left, layout.width - layout.right], 6);
  const used = phases.filter((phase) =>
    plot.rows.some(({ parts }) => Array.isArray(parts) && parts.some((part: Spent) => part.phase === phase)),
  );
  const content = plot.rows.map(({ name, label, parts }, index) => {
    const y = layout.top + index * layout.row;
    return markup`<text x="${layout.left - 10}" y="${y + 20}" text-anchor="end">${name}</text>${bar(parts, x, y)}
<text class="strong" x="${x(amountOf(parts)) + 8}" y="${y + 20}">${label}</text>`;
  });
  const size = { width: layout.width, height: layout.top + plot.rows.length * layout.row - 4 };
  return markup`<div class="wide" tabindex="0">${drawing(plot, size, markup`${content}`)}</div>${legend(used.map((phase) => ({ phase, text: phase })))}`;
}

type Parts = BarsPlot['rows'][number]['parts'];

function amountOf(parts: Parts): number {
  return 'amount' in parts ? parts.amount : parts.reduce((sum, { amount }) => sum + amount, 0);
}

function bar(parts: Parts, x: Scale, y: number): Markup {
  if ('amount' in parts) return piece('estimated', 0, parts, x, y);
  let before = 0;
  return markup`${parts.map((part) => {
    const from = before;
    before += part.amount;
    return part.amount > 0 && piece(`p-${part.phase}`, from, part, x, y);
  })}`;
}

function piece(
  kind: string,
  from: number,
  { amount, title }: { readonly amount: number; readonly title: string },
  x: Scale,
  y: number,
): Markup {
  const width = rounded(x(from + amount) - x(from));
  return markup`<rect class="${kind}" x="${x(from)}" y="${y}" width="${width}" height="${layout.bar}"><title>${title}</title></rect>`;
}

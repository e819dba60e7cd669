import type { Mark } from '../../../domain/evaluation/mark.ts';
import type { Phase } from '../../../domain/run/ledger/token-use.ts';
import { type Markup, markup } from '../markup.ts';
import { rounded } from './scale.ts';

/** Each about 12 pixels wide, around its centre. */
export const markPaths: Readonly<Record<Mark, string>> = {
  circle: 'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z',
  diamond: 'M0-6.5L6.5 0L0 6.5L-6.5 0z',
  triangle: 'M0-6L6 5L-6 5z',
  square: 'M-4.5-4.5h9v9h-9z',
  pentagon: 'M0-6.2L5.9-1.9L3.6 5L-3.6 5L-5.9-1.9z',
  bar: 'M-6.5-2.5h13v5h-13z',
  wedge: 'M0 6L6-5L-6-5z',
  plus: 'M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z',
  star: 'M0-7.2L1.8-2.5L6.8-2.2L2.9 1L4.2 5.8L0 3.1L-4.2 5.8L-2.9 1L-6.8-2.2L-1.8-2.5z',
  half: 'M-6 3a6 6 0 0 1 12 0z',
  cross: 'M-6-3.2L-3.2-6L0-2.8L3.2-6L6-3.2L2.8 0L6 3.2L3.2 6L0 2.8L-3.2 6L-6 3.2L-2.8 0z',
  hexagon: 'M0-6.2L5.4-3.1L5.4 3.1L0 6.2L-5.4 3.1L-5.4-3.1z',
  other: 'M-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0zM-2.5 0a2.5 2.5 0 1 1 5 0a2.5 2.5 0 1 1-5 0z',
};

export function scoreMark(mark: Mark, x: number, y: number, title: string): Markup {
  return markup`<path class="mark m-${mark}" transform="translate(${rounded(x)} ${rounded(y)})" d="${markPaths[mark]}"><title>${title}</title></path>`;
}

export type LegendEntry = { readonly text: string } & (
  | { readonly mark: Mark }
  | { readonly phase: Phase }
  | { readonly cell: string }
);

/** What the marks of a plot mean. */
export function legend(entries: readonly LegendEntry[]): Markup {
  return markup`<ul class="legend">${entries.map(
    (entry) =>
      markup`<li><svg width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true">${sign(entry)}</svg>${entry.text}</li>`,
  )}</ul>`;
}

function sign(entry: LegendEntry): Markup {
  if ('mark' in entry) return scoreMark(entry.mark, 0, 0, entry.text);
  const kind = 'phase' in entry ? `p-${entry.phase}` : `c-${entry.cell}`;
  return markup`<rect class="${kind}" x="-6" y="-6" width="12" height="12" rx="2"/>`;
}

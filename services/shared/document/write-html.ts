import type { Block, Cell, Document, Facts, List, Listing, Section, Table } from './document.ts';
import { dash, formatFigure } from './figure.ts';
import { htmlPage } from './html-page.ts';
import { type Markup, markup } from './markup.ts';
import { drawPlot } from './plots/draw-plot.ts';

/** A self-contained page: no network, no script, no font. */
export function writeHtml(document: Document): string {
  const { name, title, simulated, header, sections } = document;
  return htmlPage({
    title,
    simulated,
    header: markup`<h1>${title}</h1>${header.map(blockMarkup)}
${sections.length > 1 && markup`<nav aria-label="Contents">${sections.map((section) => markup`<a href="#${section.id}">${section.title}</a>`)}</nav>`}`,
    main: markup`
${sections.map(sectionMarkup)}
`,
    footer: `Written by SCALE. The same figures are in ${name}.json and, in words, in ${name}.md.`,
  });
}

function sectionMarkup({ id, title, blocks }: Section): Markup {
  return markup`<section id="${id}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${title}</h2>${blocks.map(blockMarkup)}</section>
`;
}

function blockMarkup(block: Block): Markup {
  switch (block.kind) {
    case 'text':
      return markup`<p>${block.text}</p>`;
    case 'facts':
      return factsMarkup(block);
    case 'list':
      return listMarkup(block);
    case 'table':
      return tableMarkup(block);
    case 'listing':
      return listingMarkup(block);
    case 'beside':
      return markup`<div class="beside">${besideMarkup(block.blocks)}</div>`;
    default:
      return drawPlot(block);
  }
}

/** Plots one by one; everything else is stacked next to them. */
function besideMarkup(blocks: readonly Block[]): Markup {
  const isDrawn = (block: Block): boolean => 'id' in block;
  const others = blocks.filter((block) => !isDrawn(block));
  return markup`${blocks.filter(isDrawn).map(blockMarkup)}${others.length > 0 && markup`<div>${others.map(blockMarkup)}</div>`}`;
}

/** Facts with a figure become cards. */
function factsMarkup({ facts }: Facts): Markup {
  const cards = facts.filter(({ figure }) => figure !== undefined);
  const lines = facts.filter(({ figure }) => figure === undefined);
  return markup`${
    cards.length > 0 &&
    markup`<dl class="cards">${cards.map(({ label, figure, text }) => markup`<div class="card"><dt>${label}</dt><dd class="figure">${figure}</dd><dd class="faint">${text}</dd></div>`)}</dl>`
  }${lines.length > 0 && markup`<dl class="facts">${lines.map(({ label, text }) => markup`<dt>${label}</dt><dd>${text}</dd>`)}</dl>`}`;
}

function listMarkup({ items }: List): Markup {
  return markup`${items.length > 0 && markup`<ul>${items.map((item) => markup`<li>${item}</li>`)}</ul>`}`;
}

function listingMarkup({ text, folded }: Listing): Markup {
  return foldedMarkup(folded, markup`<pre>${text}</pre>`);
}

function foldedMarkup(title: string | undefined, content: Markup): Markup {
  return title === undefined ? content : markup`<details><summary>${title}</summary>${content}</details>`;
}

function tableMarkup({ title, folded, of, columns, rows }: Table): Markup {
  const kinds = columns.map(({ text }) => (text ? 'text' : 'number'));
  const heads = columns.map(({ name }, column) => markup`<th scope="col" class="${kinds[column]}">${name}</th>`);
  const lines = rows.map(
    ({ name, cells, total }) =>
      markup`<tr${total && markup` class="total"`}><th scope="row">${name}</th>${cells.map((cell, column) => markup`<td class="${kinds[column]}${isLong(cell) && ' long'}">${cellMarkup(cell)}</td>`)}</tr>`,
  );
  // What scrolls must be reached by the keyboard.
  const table = markup`<div class="wide" tabindex="0"><table><thead><tr><th scope="col">${of}</th>${heads}</tr></thead>
<tbody>${lines}</tbody></table></div>`;
  if (folded) return foldedMarkup(title ?? 'The figures', table);
  return markup`${title !== undefined && markup`<h3>${title}</h3>`}${table}`;
}

/** Whether a cell needs room, however many other columns there are. */
function isLong(cell: Cell): boolean {
  return typeof cell === 'string' ? cell.length > 40 : Array.isArray(cell);
}

function cellMarkup(cell: Cell): Markup | string {
  if (cell === undefined || cell === null) return dash;
  if (typeof cell === 'string') return cell;
  return 'unit' in cell ? formatFigure(cell) : markup`${cell.map((line) => markup`<div>${line}</div>`)}`;
}

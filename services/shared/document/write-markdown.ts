import { type Block, type Cell, type Document, type List, type Listing, simulatedWarning, type Table } from './document.ts';
import { dash, formatFigure } from './figure.ts';
import { oneLine } from './format.ts';

/** For a repository or an issue. Plots are left to the page; what they show is in tables and Mermaid. */
export function writeMarkdown({ title, simulated, header, sections }: Document): string {
  const parts = [
    `# ${plain(title)}`,
    ...(simulated ? [`> **${simulatedWarning}**`] : []),
    ...header.flatMap(partsOf),
    ...sections.flatMap((section) => {
      const parts = section.blocks.flatMap(partsOf);
      return parts.length === 0 ? [] : [`## ${plain(section.title)}`, ...parts];
    }),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Characters of a text of unknown origin, in a line of its own and in a cell. */
const textLimit = 1_000;
const cellLimit = 200;

function partsOf(block: Block): string[] {
  switch (block.kind) {
    case 'text':
      return [plain(block.text, textLimit)];
    case 'facts':
      return block.facts.map(({ label, text }) => `**${plain(label)}:** ${plain(text, textLimit)}.`);
    case 'list':
      return listParts(block);
    case 'table':
      return block.title === undefined ? [tableOf(block)] : [`### ${plain(block.title)}`, tableOf(block)];
    case 'listing':
      return [fenced(block)];
    case 'beside':
      return block.blocks.flatMap(partsOf);
    default:
      return [];
  }
}

function listParts({ items }: List): string[] {
  return items.length === 0 ? [] : [items.map((item) => `- ${plain(item, textLimit)}`).join('\n')];
}

function tableOf({ of, columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line([of, ...columns.map(({ name }) => name)].map((name) => plain(name))),
    line(['---', ...columns.map(({ text }) => (text ? '---' : '---:'))]),
    ...rows.map(({ name, cells }) => line([plain(name, cellLimit), ...cells.map(cellOf)])),
  ].join('\n');
}

function cellOf(cell: Cell): string {
  if (cell === undefined || cell === null) return dash;
  if (typeof cell === 'string') return plain(cell, cellLimit);
  return 'unit' in cell ? plain(formatFigure(cell)) : cell.map((line) => plain(line, cellLimit)).join('<br>');
}

/** A text of unknown origin on one line, with no characters that mean anything to Markdown. */
function plain(text: string, limit = 100): string {
  return oneLine(text, limit).replace(/[\\`*_{}[\]<>|#!&~]/g, (sign) =>
    sign === '<' ? '&lt;' : sign === '&' ? '&amp;' : `\\${sign}`,
  );
}

/** A code block whose fence is longer than any in the text. */
function fenced({ language, text }: Listing): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}

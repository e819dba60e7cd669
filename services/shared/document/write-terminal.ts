import { alignColumns } from './align-columns.ts';
import {
  type Block,
  type Cell,
  type Column,
  type Document,
  type Facts,
  type List,
  type Section,
  simulatedWarning,
  type Table,
} from './document.ts';
import { dash, formatFigure, formatPlainFigure } from './figure.ts';
import { oneLine } from './format.ts';

/** What matters, in lines; the files hold the rest. The header's lists come last, closest to where people continue reading. */
export function writeTerminal({ title, simulated, header, sections }: Document): string {
  const lists = header.filter(({ kind }) => kind === 'list');
  return [
    ...(simulated ? [`*** ${simulatedWarning} ***`] : []),
    [oneLine(title), ...header.filter(({ kind }) => kind === 'text').flatMap(blockLines)].join('\n'),
    ...header.filter(({ kind }) => kind !== 'text' && kind !== 'list').flatMap(blockLines),
    ...sections.flatMap(sectionLines),
    ...lists.flatMap(blockLines),
  ].join('\n\n');
}

/** Characters of a text of unknown origin, in a line of its own and in a cell. */
const textLimit = 1_000;
const cellLimit = 60;

function sectionLines({ title, blocks, filesOnly }: Section): string[] {
  const lines = filesOnly ? [] : blocks.flatMap(blockLines);
  return lines.length === 0 ? [] : [[oneLine(title), ...lines].join('\n')];
}

function blockLines(block: Block): string[] {
  if (block.filesOnly) return [];
  switch (block.kind) {
    case 'text':
      return [oneLine(block.text, textLimit)];
    case 'facts':
      return factLines(block);
    case 'list':
      return listLines(block);
    case 'table':
      return block.folded ? [] : [tableLines(block)];
    case 'beside':
      return block.blocks.flatMap(blockLines);
    default:
      return [];
  }
}

function factLines({ facts }: Facts): string[] {
  return facts.length === 0 ? [] : [alignColumns(facts.map(({ label, text }) => [oneLine(label), oneLine(text, textLimit)]))];
}

function listLines({ label, items }: List): string[] {
  const before = label === undefined ? '- ' : `${oneLine(label)}: `;
  return items.length === 0 ? [] : [items.map((item) => `${before}${oneLine(item, textLimit)}`).join('\n')];
}

function tableLines({ title, of, columns, rows }: Table): string {
  const shown = [...columns.entries()].filter(([, { filesOnly }]) => !filesOnly);
  const right = shown.map(([index, column]) =>
    isPlain(
      rows.map(({ cells }) => cells[index]),
      column,
    ),
  );
  const lines = [
    [oneLine(of), ...shown.map(([, { name }]) => oneLine(name))],
    ...rows.map(({ name, cells }) => [
      oneLine(name, cellLimit),
      ...shown.map(([index, column]) => cellText(cells[index], column)),
    ]),
  ];
  return `${title === undefined ? '' : `${oneLine(title)}\n`}${alignColumns(lines, (column) => right[column - 1] === true)}`;
}

/** Whether a column's figures are plain ones, which read best right-aligned. */
function isPlain(cells: readonly Cell[], { text, brief }: Column): boolean {
  const hasInterval = (cell: Cell): boolean =>
    typeof cell === 'object' && cell !== null && 'unit' in cell && cell.low !== undefined;
  return !text && (brief === true || !cells.some(hasInterval));
}

function cellText(cell: Cell, { brief }: Column): string {
  if (cell === undefined || cell === null) return dash;
  if (typeof cell === 'string') return oneLine(cell, cellLimit);
  if ('unit' in cell) return brief ? formatPlainFigure(cell) : formatFigure(cell);
  return oneLine(cell.join('; '), cellLimit);
}

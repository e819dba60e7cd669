import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Block, Cell, Document, Row, Table } from './document.ts';
import { dash, type Figure, formatFigure } from './figure.ts';
import { oneLine } from './format.ts';
import { replaceFile } from './replace-file.ts';

/**
 * Each table of a document by itself, as CSV for a spreadsheet or a dataframe and as LaTeX for a paper (booktabs), in place of
 * those that the folder `tables` had before.
 * @returns that folder
 */
export async function writeTables(folder: string, document: Document): Promise<string> {
  const tables = resolve(join(folder, 'tables'));
  await mkdir(tables, { recursive: true });
  const files = new Map<string, string>(
    tablesOf(document).flatMap(({ section, table }, index) => {
      const name = [index + 1, ...slug(`${section} ${table.title ?? ''}`)].join('-');
      return [[`${name}.csv`, tableToCsv(table)] as const, [`${name}.tex`, tableToLatex(table, document.simulated)] as const];
    }),
  );
  await Promise.all([...files].map(([name, text]) => replaceFile(join(tables, name), text)));
  // Those of before last: whoever is killed, or reads, in between finds some too many, and none missing.
  const others = (await readdir(tables)).filter((name) => /^\d+(-[a-z0-9]+)*\.(csv|tex)$/.test(name) && !files.has(name));
  await Promise.all(others.map((name) => rm(join(tables, name), { force: true })));
  return tables;
}

function tablesOf({ header, sections }: Document): { readonly section: string; readonly table: Table }[] {
  const inBlock = (block: Block): Table[] =>
    block.kind === 'table' ? [block] : block.kind === 'beside' ? block.blocks.flatMap(inBlock) : [];
  return [{ title: '', blocks: header }, ...sections].flatMap(({ title, blocks }) =>
    blocks.flatMap(inBlock).map((table) => ({ section: title, table })),
  );
}

function slug(text: string): string[] {
  return (text.toLowerCase().match(/[a-z0-9]+/g) ?? []).slice(0, 6);
}

/** A figure with an interval has two columns more; a value that is not known is empty. Figures are as they were computed. */
export function tableToCsv({ of, columns, rows }: Table): string {
  const cellsAt = (place: number): Cell[] => rows.map(({ cells }) => cells[place]);
  const spans = columns.map((_, place) => cellsAt(place).some((cell) => isFigure(cell) && cell.low !== undefined));
  const heads = columns.flatMap(({ name }, place) => (spans[place] ? [name, `${name}, low`, `${name}, high`] : [name]));
  const lines = rows.map(({ name, cells }) => [
    name,
    ...columns.flatMap((_, place) => {
      const cell = cells[place];
      const interval = isFigure(cell) ? [number(cell.low), number(cell.high)] : ['', ''];
      return [plain(cell), ...(spans[place] ? interval : [])];
    }),
  ]);
  return [[of, ...heads], ...lines].map((line) => `${line.map(csvField).join(',')}\n`).join('');
}

function isFigure(cell: Cell): cell is Figure {
  return typeof cell === 'object' && cell !== null && 'unit' in cell;
}

function plain(cell: Cell): string {
  if (cell === undefined || cell === null) return '';
  if (isFigure(cell)) return number(cell.value);
  return typeof cell === 'string' ? cell : cell.join('; ');
}

function number(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '' : String(value);
}

function csvField(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** As people read it, intervals included. */
export function tableToLatex({ title, of, columns, rows }: Table, simulated: boolean): string {
  const line = (cells: readonly string[]): string => `${cells.map(latex).join(' & ')} \\\\`;
  const rowLine = ({ name, cells }: Row): string => line([name, ...columns.map((_, place) => shown(cells[place]))]);
  const [ordinary, totals] = [rows.filter(({ total }) => total !== true), rows.filter(({ total }) => total === true)];
  return `${[
    ...(title === undefined ? [] : [`% ${oneLine(title, 200)}`]),
    ...(simulated ? ['% A simulated model answered: this is no result.'] : []),
    '% needs \\usepackage{booktabs}',
    `\\begin{tabular}{l${columns.map(({ text }) => (text ? 'l' : 'r')).join('')}}`,
    '\\toprule',
    line([of, ...columns.map(({ name }) => name)]),
    '\\midrule',
    ...ordinary.map(rowLine),
    ...(totals.length === 0 ? [] : ['\\midrule', ...totals.map(rowLine)]),
    '\\bottomrule',
    '\\end{tabular}',
  ].join('\n')}\n`;
}

function shown(cell: Cell): string {
  if (cell === undefined || cell === null) return dash;
  if (isFigure(cell)) return formatFigure(cell);
  return typeof cell === 'string' ? cell : cell.join('; ');
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '–': '--',
  '−': '$-$',
  '≈': '$\\approx$',
};

/** A text of unknown origin: nothing in it is a command. */
function latex(text: string): string {
  return oneLine(text, 500).replace(/[\\~^–−≈{}%&#_$]/g, (character) => escapes[character] ?? `\\${character}`);
}

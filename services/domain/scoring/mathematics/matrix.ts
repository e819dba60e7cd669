import { bracketed, splitBy } from './split-latex.ts';

export interface Matrix {
  readonly rows: readonly (readonly string[])[];
  /** Bars make it a determinant. */
  readonly bars: boolean;
}

const environment = /^\\begin\{([a-zA-Z]*matrix|array)\*?\}(?:\[[a-z]\]|\{[clr|]*\}|[clr|]+(?=[^a-zA-Z]))?(.*)\\end\{\1\*?\}$/s;

/** The cells of a matrix, row by row, whatever its brackets; a factor in front is multiplied in, and a raised T transposes it. */
export function matrixOf(text: string): Matrix | undefined {
  const turned = /^(.*)\^\{(?:T|\\top|\\intercal|\\word\{t\})\}$/s.exec(text)?.[1];
  if (turned !== undefined) return transposed(matrixOf(turned) ?? rowOf(turned));
  const inside = bracketed(text)?.inner ?? /^\\lvert ?(.*)\\rvert ?$/s.exec(text)?.[1];
  if (inside?.startsWith('\\begin')) {
    const matrix = matrixOf(inside);
    return matrix && { rows: matrix.rows, bars: matrix.bars || text.startsWith('\\lvert') };
  }
  const match = environment.exec(text);
  if (!match) return multipleOf(text);
  const [, name = '', content = ''] = match;
  if (content.includes('\\begin')) return undefined;
  const rows = content
    .split('\\\\')
    .filter((row) => row.trim() !== '')
    .map((row) => row.split('&').map((cell) => cell.trim()));
  return rows.length === 0 ? undefined : { rows, bars: /^v/i.test(name) };
}

function multipleOf(text: string): Matrix | undefined {
  const at = text.search(/[([]?\\begin\{/);
  if (at <= 0 || !/\\end\{[a-zA-Z*]+\}[)\]]?$/.test(text)) return undefined;
  const factor = text.slice(0, at).replace(/\\cdot$/, '');
  const matrix = /[+=,<>]/.test(factor) ? undefined : matrixOf(text.slice(at));
  if (!matrix || matrix.bars) return undefined;
  const times = factor === '-' ? '-1' : factor;
  return { bars: false, rows: matrix.rows.map((row) => row.map((cell) => `(${times})\\cdot(${cell})`)) };
}

/** (1, 2)^T is a column. */
function rowOf(text: string): Matrix | undefined {
  const inner = bracketed(text)?.inner;
  return inner === undefined ? undefined : { rows: [splitBy(inner, /,/).parts], bars: false };
}

function transposed(matrix: Matrix | undefined): Matrix | undefined {
  const [first] = matrix?.rows ?? [];
  if (!matrix || !first || !matrix.rows.every((row) => row.length === first.length)) return undefined;
  return { bars: matrix.bars, rows: first.map((_cell, index) => matrix.rows.map((row) => row[index] ?? '')) };
}

/** The cells of a matrix with one row or one column. */
export function lineOf({ rows }: Matrix): string[] | undefined {
  return rows.length === 1 || rows.every((row) => row.length === 1) ? rows.flat() : undefined;
}

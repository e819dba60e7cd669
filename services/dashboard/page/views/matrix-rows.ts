import type { MatrixAnswer, ShownCell } from '../../api/execution-answers.ts';
import { sorted } from '../parts/sorted.ts';

/** A query with what each workflow made of it. */
export interface MatrixRow {
  readonly index: number;
  readonly id: string;
  readonly question: string;
  /** In the order of the rounds of the answer. */
  readonly cells: readonly ShownCell[];
  readonly executedBy: number;
  /** Absent: no workflow has a score on it. */
  readonly mean?: number;
  /** Of the highest and the lowest score. */
  readonly spread: number;
  readonly failed: number;
}

export const matrixFilters = {
  executed: 'executed queries',
  all: 'all queries',
  differs: 'where workflows differ',
  'never-right': 'that no workflow got right',
  'always-right': 'that all got right',
  failed: 'with failures',
} as const;

export type MatrixFilter = keyof typeof matrixFilters;

export function matrixRows({ queries, rows }: MatrixAnswer): readonly MatrixRow[] {
  return queries.ids.map((id, index) => {
    const cells = rows.map((row) => row.cells[index] ?? null);
    const scores = scoresIn(cells);
    const mean = meanOf(scores);
    return {
      ...{ index, id, question: queries.questions[index] ?? '', cells },
      executedBy: cells.filter((cell) => cell !== null).length,
      failed: cells.filter((cell) => typeof cell === 'string').length,
      spread: scores.length < 2 ? 0 : Math.max(...scores) - Math.min(...scores),
      ...(mean !== undefined && { mean }),
    };
  });
}

export function fitsMatrix(row: MatrixRow, filter: MatrixFilter, text: string): boolean {
  if (text !== '' && !`${row.id} ${row.question}`.toLowerCase().includes(text)) return false;
  switch (filter) {
    case 'all':
      return true;
    case 'executed':
      return row.executedBy > 0;
    case 'differs':
      return row.spread > 0;
    case 'never-right':
      return row.mean === 0;
    case 'always-right':
      return row.mean === 1 && row.failed === 0;
    case 'failed':
      return row.failed > 0;
  }
}

/** @param order "index", "mean", "spread" or "round-3", with a - before it for the highest first */
export function orderMatrix(rows: readonly MatrixRow[], order: string, rounds: readonly number[]): readonly MatrixRow[] {
  const isDescending = order.startsWith('-');
  const by = isDescending ? order.slice(1) : order;
  if (by.startsWith('round-')) {
    const column = rounds.indexOf(Number(by.slice('round-'.length)));
    return sorted(rows, (row) => numberOf(row.cells[column] ?? null), isDescending);
  }
  if (by === 'mean') return sorted(rows, (row) => row.mean, isDescending);
  if (by === 'spread') return sorted(rows, (row) => row.spread, isDescending);
  return isDescending ? [...rows].reverse() : rows;
}

/** To sort by: a failure comes before a wrong answer. */
const numberOf = (cell: ShownCell) => (cell === null ? undefined : typeof cell === 'string' ? -1 : cell);

/** As in the score of a round: a failure is a score of 0, unless it was the infrastructure's. */
function scoresIn(cells: readonly ShownCell[]): number[] {
  return cells.flatMap((cell) => (cell === null || cell === 'unscored' ? [] : cell === 'failed' ? 0 : cell));
}

function meanOf(scores: readonly number[]): number | undefined {
  return scores.length === 0 ? undefined : scores.reduce((sum, each) => sum + each, 0) / scores.length;
}

/** Mean of a workflow's scores; undefined without any. */
export function columnMean(cells: readonly ShownCell[]): number | undefined {
  return meanOf(scoresIn(cells));
}

export const cellWords = {
  failed: 'failed, which counts as 0',
  unscored: 'failed for reasons of the infrastructure, and counts in no score',
} as const;

/** Short enough for a cell: "1", "0", ".67", "×". */
export function cellText(cell: ShownCell): string {
  if (cell === null) return '';
  if (cell === 'failed') return '×';
  if (cell === 'unscored') return '?';
  if (cell === 0 || cell === 1) return String(cell);
  return cell.toFixed(2).replace(/^0/, '');
}

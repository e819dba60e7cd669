import type { BenchResult, BenchRow } from './bench.ts';

/**
 * Of a bench that was run several times, each row as it was in the middle run by its ratio, or by its value where it has none: a
 * value stays with the limit that was measured beside it. Of an even number, the one below the middle.
 * @throws RangeError for no run at all
 */
export function middleRows(results: readonly BenchResult[]): BenchResult {
  const [first] = results;
  if (first === undefined) throw new RangeError('there is no middle of no runs');
  const rows = first.rows.map((row, place) => middleOf(results.map((each) => each.rows[place] ?? row)));
  return { rows, notes: first.notes };
}

function middleOf(rows: readonly BenchRow[]): BenchRow {
  const byFigure = rows.toSorted((one, other) => (one.ratio ?? one.value) - (other.ratio ?? other.value));
  return byFigure[Math.floor((byFigure.length - 1) / 2)] as BenchRow;
}

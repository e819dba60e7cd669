import { countOf, nounFor } from '../../../domain/names/count-of.ts';
import { BenchmarkError, type BenchmarkProblem } from '../benchmark-error.ts';

/** Where a row stands in its file, from 1. */
export interface RowPlace {
  readonly unit: 'line' | 'row';
  readonly number: number;
}

/** What is wrong with one row of a data file. */
export interface RowFault {
  readonly file: string;
  readonly at: RowPlace;
  readonly problem: BenchmarkProblem;
  /** Of faults of one kind, the first is told in full, and of the others where they are. */
  readonly kind: string;
  readonly message: string;
}

const shownPlaces = 4;

/**
 * All faults of a file's rows in one error: a sentence for each kind, with the first place, the number of such rows, and where
 * the next ones are.
 * @param faults at least one
 */
export function rowsError(faults: readonly RowFault[]): BenchmarkError {
  const [first] = faults;
  if (first === undefined) throw new RangeError('no row is at fault');
  const kinds = [...Map.groupBy(faults, ({ file, kind }) => JSON.stringify([file, kind])).values()];
  const sentences = kinds.map(sentenceOf);
  if (kinds.length === 1) return new BenchmarkError(first.problem, sentences[0] ?? '');
  const rows = new Set(faults.map(({ file, at }) => `${file}:${at.number}`)).size;
  const head = `${first.file}: ${countOf(rows, 'row')} cannot be used, for ${kinds.length} reasons`;
  return new BenchmarkError(first.problem, [head, ...sentences.map((sentence) => `  ${sentence}`)].join('\n'), {
    sentences,
  });
}

function sentenceOf(faults: readonly RowFault[]): string {
  const [first, ...others] = faults;
  if (first === undefined) return '';
  const told = `${first.file}, ${first.at.unit} ${first.at.number}: ${first.message}`;
  return others.length === 0 ? told : `${told} (and in ${others.length} more: ${placesText(others.map(({ at }) => at))})`;
}

/** As in "lines 3, 7, 9, 12 and 5 more". */
export function placesText(places: readonly RowPlace[]): string {
  const [first] = places;
  if (first === undefined) return '';
  const shown = places.slice(0, shownPlaces).map(({ number }) => number);
  const rest = places.length - shown.length;
  return `${nounFor(places.length, first.unit)} ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

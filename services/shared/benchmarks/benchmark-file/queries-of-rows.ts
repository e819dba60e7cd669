import type { Query } from '../../../domain/benchmark.ts';
import { nearName } from '../../../domain/names/near-name.ts';
import type { BenchmarkProblem } from '../benchmark-error.ts';
import { cellAt, cellTexts, pathsBeside } from '../rows/cell-texts.ts';
import type { RowFault } from '../rows/row-faults.ts';
import type { SourceRow } from '../rows/source-rows.ts';
import { type AnswerKind, letterLabels, optionsText, placeOfAnswer, type RowOptions } from './answer-options.ts';

/** What each column of a data file holds. A column may be a path into one, as in `answers.text`. */
export interface FieldMap {
  /** Column by query field. */
  readonly fields: Readonly<Record<string, string>>;
  /** The fields of which one at least must not be empty. */
  readonly inputs: readonly string[];
  /** Column of the id; without one, the row's position is the id. */
  readonly id: string | undefined;
  /** Columns of the right answers; without one the reference is "". */
  readonly reference: readonly string[];
  readonly options: OptionsMap | undefined;
  /** Rows without an input or a reference are left out, instead of being at fault. */
  readonly skipsEmpty: boolean;
}

/** What the right answers choose from. */
export interface OptionsMap {
  /** Columns that hold a row's options, all in one or one in each; none if all rows have those of the list. */
  readonly of: readonly string[];
  readonly list: readonly string[];
  /** The column of the options' labels; undefined: they are letters. */
  readonly labels: string | undefined;
  readonly answer: AnswerKind;
  /** The query field that shows them, if each row has its own. */
  readonly field: string;
}

export interface NumberedRow extends SourceRow {
  /** The row's position in its file, from 1. */
  readonly number: number;
}

/** What became of a row: a query, or nothing, since a cell is empty or something is wrong. */
export interface RowOutcome {
  readonly row: NumberedRow;
  readonly query: Query | undefined;
  readonly faults: readonly RowFault[];
  /** Fields that are empty while others are not. */
  readonly emptyFields: readonly string[];
}

/** Every column that the map names. */
export function columnsNamed({ fields, id, reference, options }: FieldMap): string[] {
  const named = [...Object.values(fields), ...(id === undefined ? [] : [id]), ...reference, ...(options?.of ?? [])];
  return [...new Set([...named, ...(options?.labels === undefined ? [] : [options.labels])])];
}

/**
 * Columns that no row has: they are told once, not for each row.
 * @param known the columns that there are
 */
export function missingColumns(rows: readonly SourceRow[], wanted: readonly string[], known: readonly string[]): RowFault[] {
  const [first] = rows;
  if (first === undefined) return [];
  const missing = wanted.filter((column) => rows.every(({ cells }) => cellAt(cells, column) === undefined));
  return missing.map((column) => {
    const all = pathsBeside(first.cells, column) ?? known;
    const near = nearName(column, all);
    const hint = near === undefined ? '' : `; did you mean "${near}"?`;
    const cut = near?.includes(' #') ? ' In YAML, # after a blank begins a comment: put such a name in quotes.' : '';
    const message = `the column "${column}" is missing; the columns are ${all.join(', ')}${hint}${cut}`;
    return { file: first.file, at: first.at, problem: 'bad-field', kind: `missing ${column}`, message };
  });
}

export function queryOfRow(row: NumberedRow, map: FieldMap, idPrefix: string): RowOutcome {
  const faults: RowFault[] = [];
  const tell = (kind: string, message: string, problem: BenchmarkProblem = 'bad-field'): void => {
    faults.push({ file: row.file, at: row.at, problem, kind, message });
  };
  const textsIn = (column: string): readonly string[] => {
    const texts = cellTexts(cellAt(row.cells, column));
    if (texts === undefined) tell(`form ${column}`, `the column "${column}" holds no text, number or list of those`);
    return texts ?? [];
  };
  const fields = Object.fromEntries(Object.entries(map.fields).map(([field, column]) => [field, textsIn(column).join('\n')]));
  const isEmpty = (field: string): boolean => (fields[field] ?? '').trim() === '';
  const lacking: string[] = [];
  if (map.inputs.every(isEmpty)) lacking.push(...map.inputs.flatMap((field) => map.fields[field] ?? []));
  const given = rightAnswersIn(map.reference, textsIn);
  if (map.reference.length > 0 && given.length === 0) lacking.push(...map.reference.slice(0, 1));
  const isLeftOut = lacking.length > 0 && map.skipsEmpty && faults.length === 0;
  if (faults.length === 0 && !isLeftOut) {
    for (const column of lacking) tell(`empty ${column}`, `the column "${column}" is empty`);
  }
  const id = map.id === undefined ? `${idPrefix}-${row.number}` : textsIn(map.id).join('\n');
  if (id.trim() === '') tell(`empty ${map.id}`, `the column "${map.id}" is empty`);
  const answers = map.options === undefined || lacking.length > 0 ? given : chosen(given, map.options, textsIn, fields, tell);
  const emptyFields = Object.keys(map.fields).filter(isEmpty);
  const query =
    faults.length > 0 || isLeftOut
      ? undefined
      : { id, fields, reference: answers.join('|'), ...(answers.length > 1 && { rightAnswers: answers }) };
  return { row, query, faults, emptyFields: query === undefined ? [] : emptyFields };
}

/** Of several columns, or of what lies below one, the same answer often comes twice. */
function rightAnswersIn(columns: readonly string[], textsIn: (column: string) => readonly string[]): readonly string[] {
  const all = columns.flatMap(textsIn).filter((text) => text.trim() !== '');
  return columns.length > 1 || columns.some((column) => column.includes('.')) ? [...new Set(all)] : all;
}

/** The labels of the right options, or their texts where all rows have the same; shows the row's own in a field. */
function chosen(
  given: readonly string[],
  options: OptionsMap,
  textsIn: (column: string) => readonly string[],
  fields: Record<string, string>,
  tell: (kind: string, message: string) => void,
): readonly string[] {
  const isOwn = options.of.length > 0;
  const texts = isOwn ? options.of.flatMap(textsIn).filter((text) => text.trim() !== '') : options.list;
  const labels = options.labels === undefined ? letterLabels(texts.length) : textsIn(options.labels);
  const row: RowOptions = { texts, labels };
  if (isOwn && texts.length === 0) tell('no options', `the column "${options.of[0]}" holds no options`);
  else if (labels.length !== texts.length) tell('labels', `it has ${texts.length} options and ${labels.length} labels`);
  if (isOwn) fields[options.field] = optionsText(row);
  return given.flatMap((answer) => {
    const place = placeOfAnswer(answer, options.answer, row);
    if (typeof place === 'number') return [(isOwn ? labels : texts)[place] ?? ''];
    tell('answer', place);
    return [];
  });
}

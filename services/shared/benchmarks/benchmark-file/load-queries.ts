import type { Query } from '../../../domain/benchmark.ts';
import { countOf } from '../../../domain/names/count-of.ts';
import { scorerIn } from '../../../domain/scoring/own-scorer.ts';
import type { LoadedSplit } from '../benchmark-definition.ts';
import { BenchmarkError } from '../benchmark-error.ts';
import { queryKey } from '../find-leaks.ts';
import { cellAt, cellTexts } from '../rows/cell-texts.ts';
import { readRows } from '../rows/read-rows.ts';
import { placesText, type RowFault, rowsError } from '../rows/row-faults.ts';
import type { BenchmarkFileSettings } from './benchmark-file-schema.ts';
import { columnsNamed, type FieldMap, missingColumns, type NumberedRow, queryOfRow, type RowOutcome } from './queries-of-rows.ts';
import type { ReadScorers } from './read-scorers.ts';
import { assignedSplits, columnsOfRule, type SplitRule } from './split-rule.ts';

interface QueriesOfFile {
  readonly settings: BenchmarkFileSettings;
  readonly rule: SplitRule;
  readonly scoring: ReadScorers;
  readonly map: FieldMap;
}

/** What a data file holds, before it is split. */
interface ReadFile {
  readonly path: string;
  readonly outcomes: readonly RowOutcome[];
  readonly faults: readonly RowFault[];
}

interface Duplicates {
  readonly dropped: ReadonlySet<RowOutcome>;
  /** Of these, those whose right answer is another one than that of the row that stays. */
  readonly contradicting: number;
}

/** Loads splits; each data file is read once, and all of its faults are told together. */
export function createQueryLoader(of: QueriesOfFile): (split: string) => Promise<LoadedSplit> {
  const read = new Map<string, Promise<ReadFile>>();
  const fileOf = (path: string, prefix: string): Promise<ReadFile> => {
    const known = read.get(path) ?? readFile(path, prefix, of);
    read.set(path, known);
    return known;
  };
  const { settings, rule } = of;
  return async (split) => {
    if (rule.kind !== 'files') {
      const file = await fileOf(rule.file, settings.name);
      const { dropped, contradicting } = duplicatesIn(file.outcomes, settings.duplicates, of);
      const kept = file.outcomes.filter((outcome) => !isLeftOut(outcome) && !dropped.has(outcome));
      const splits = assignedSplits(
        rule,
        kept.map((outcome) => splitRow(outcome, of)),
      );
      const isIn = (outcome: RowOutcome): boolean => splits.get(outcome.row.number) !== undefined;
      const faults = [...file.faults, ...kept.filter(isIn).flatMap((outcome) => outcome.faults)];
      const mine = kept.filter(({ row }) => splits.get(row.number) === split);
      return loadedSplit({ file, mine, faults, dropped, contradicting, split });
    }
    const names = Object.keys(rule.files);
    // What a split lacks depends on those before it only if duplicates are dropped.
    const before = settings.duplicates === 'drop' ? names.slice(0, names.indexOf(split)) : [];
    const files: ReadFile[] = [];
    for (const name of [...before, split]) files.push(await fileOf(rule.files[name] ?? '', `${settings.name}-${name}`));
    const file = files.at(-1);
    if (file === undefined) throw new RangeError(`there is no split ${split}`);
    const all = duplicatesIn(
      files.flatMap(({ outcomes }) => outcomes),
      settings.duplicates,
      of,
    );
    const dropped = new Set(file.outcomes.filter((outcome) => all.dropped.has(outcome)));
    const mine = file.outcomes.filter((outcome) => !isLeftOut(outcome) && !dropped.has(outcome));
    const faults = [...file.faults, ...mine.flatMap((outcome) => outcome.faults)];
    return loadedSplit({ file, mine, faults, dropped, contradicting: all.contradicting, split });
  };
}

async function readFile(path: string, prefix: string, { settings, rule, scoring, map }: QueriesOfFile): Promise<ReadFile> {
  const { format = {} } = settings;
  const wanted = [...new Set([...columnsNamed(map), ...columnsOfRule(rule)])];
  const separator = format.separator === 'tab' ? '\t' : format.separator;
  const given = { separator, comment: format.comment, skipLines: format.skip_lines, rows: format.rows };
  const { rows, faults, columns } = await readRows(path, `the benchmark ${settings.name} names it`, wanted, given);
  const missing = missingColumns(rows, wanted, columns);
  if (missing.length > 0) throw rowsError([...faults, ...missing]);
  const judges = Object.keys(scoring.scorers).map((name) => ({ name, scorer: scorerIn(scoring, scoring.scorers[name] ?? name) }));
  const outcomes = rows.map((row, index) => {
    const outcome = queryOfRow({ ...row, number: index + 1 }, map, prefix);
    const { query } = outcome;
    if (query === undefined) return outcome;
    const unjudged = judges.flatMap(({ name, scorer }): RowFault[] => {
      const fault = faultOf(scorer, query);
      if (fault === '') return [];
      const message = `the scorer ${name} cannot judge this query: ${fault}`;
      return [{ file: row.file, at: row.at, problem: 'bad-field', kind: `scorer ${name}`, message }];
    });
    return { ...outcome, faults: unjudged };
  });
  return { path, outcomes, faults };
}

/** Nothing is wrong with it, but there is nothing to ask or to judge by. */
function isLeftOut({ query, faults }: RowOutcome): boolean {
  return query === undefined && faults.length === 0;
}

function splitRow(outcome: RowOutcome, { settings, map }: QueriesOfFile) {
  const { row, query } = outcome;
  return {
    number: row.number,
    valueOf: (column: string): string => valueIn(row, column),
    ...(settings.duplicates === 'together' && query !== undefined && { twin: queryKey(query, shownBy(map)) }),
  };
}

function valueIn({ cells }: NumberedRow, column: string): string {
  const value = cellAt(cells, column);
  return cellTexts(value)?.join('\n') ?? JSON.stringify(value);
}

function shownBy({ inputs, options }: FieldMap): readonly string[] {
  return options !== undefined && options.of.length > 0 ? [...inputs, options.field] : inputs;
}

/** All rows whose inputs are those of an earlier one. */
function duplicatesIn(outcomes: readonly RowOutcome[], wanted: string, { map }: QueriesOfFile): Duplicates {
  if (wanted !== 'drop') return { dropped: new Set(), contradicting: 0 };
  const inputs = shownBy(map);
  const first = new Map<string, Query>();
  const dropped = new Set<RowOutcome>();
  let contradicting = 0;
  for (const outcome of outcomes) {
    if (outcome.query === undefined) continue;
    const key = queryKey(outcome.query, inputs);
    const known = first.get(key);
    if (known === undefined) {
      first.set(key, outcome.query);
      continue;
    }
    dropped.add(outcome);
    if (known.reference !== outcome.query.reference) contradicting += 1;
  }
  return { dropped, contradicting };
}

interface Gathered extends Duplicates {
  readonly file: ReadFile;
  /** The rows of the split. */
  readonly mine: readonly RowOutcome[];
  readonly faults: readonly RowFault[];
  readonly split: string;
}

function loadedSplit({ file, mine, faults, dropped, contradicting, split }: Gathered): LoadedSplit {
  if (faults.length > 0) throw rowsError(faults);
  if (mine.length === 0) throw new BenchmarkError('empty-split', `${file.path} holds no rows for the split ${split}`);
  return {
    queries: mine.flatMap(({ query }) => (query === undefined ? [] : [query])),
    warnings: [...leftOut(file), ...droppedRows(file, dropped, contradicting), ...emptyFields(mine)],
  };
}

function leftOut({ path, outcomes }: ReadFile): string[] {
  const places = outcomes.filter(isLeftOut).map(({ row }) => row.at);
  if (places.length === 0) return [];
  return [`${countOf(places.length, 'row')} of ${path} left out, since a cell that is needed is empty: ${placesText(places)}`];
}

function droppedRows({ path }: ReadFile, dropped: ReadonlySet<RowOutcome>, contradicting: number): string[] {
  if (dropped.size === 0) return [];
  const places = [...dropped].map(({ row }) => row.at);
  const other = contradicting === 0 ? '' : `; ${contradicting} had another right answer than the row that stays`;
  return [
    `${countOf(places.length, 'row')} of ${path} left out, since an earlier one asks the same: ${placesText(places)}${other}`,
  ];
}

function emptyFields(mine: readonly RowOutcome[]): string[] {
  const fields = new Set(mine.flatMap((outcome) => outcome.emptyFields));
  return [...fields].map((field) => {
    const places = mine.filter((outcome) => outcome.emptyFields.includes(field)).map(({ row }) => row.at);
    return `the field ${field} is empty in ${countOf(places.length, 'query')}: ${placesText(places)}`;
  });
}

function faultOf(scorer: ReturnType<typeof scorerIn>, query: Query): string {
  const { rightAnswers = [] } = query;
  if (rightAnswers.length === 0 || scorer.takesSeveral === true) return scorer.faultOf?.(query) ?? '';
  return `its reference is a list of ${rightAnswers.length} answers, and this scorer takes one: give it one, or use a scorer that takes any answer of a list as right (exact-match, contains, token-f1, number, pattern), one that compares whole sets (labels), or one of your own (python)`;
}

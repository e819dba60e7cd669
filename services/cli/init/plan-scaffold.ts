import { basename, relative } from 'node:path';
import { benchmarkDefinitions } from '../../shared/benchmarks/registry.ts';
import type { ReadRows } from '../../shared/benchmarks/rows/source-rows.ts';
import { capitalised, formatNames } from '../../shared/document/format.ts';
import { isGroup } from '../../shared/settings/sorted-text.ts';
import { CliError } from '../cli-error.ts';
import { type ColumnProfile, profileColumns } from './column-profile.ts';
import { type GuessedColumns, guessColumns } from './guess-columns.ts';
import { guessKind, type PlannedKind, planAnswer, sharesFor } from './plan-benchmark.ts';
import type { Scaffold, ScaffoldModels } from './scaffold-texts.ts';

/** What a person has decided; the rest is guessed. */
export interface InitChoices {
  readonly name?: string;
  readonly task?: string;
  readonly inputs?: readonly string[];
  readonly answer?: readonly string[];
  readonly kind?: PlannedKind;
  readonly group?: readonly string[];
  readonly id?: string;
  readonly models?: ScaffoldModels;
}

/** A data file that has been looked at. */
export interface LookedAt {
  readonly path: string;
  readonly read: ReadRows;
  readonly profiles: readonly ColumnProfile[];
}

export function lookAt(path: string, read: ReadRows): LookedAt {
  return { path, read, profiles: profileColumns(read.rows, read.columns) };
}

/** Chats, as models are fine-tuned on: who reads the messages as a column gives the answer away. */
function refuseChats({ rows: [first], columns }: ReadRows, path: string): void {
  const column = columns.find((name) => {
    const value = first?.cells[name];
    return Array.isArray(value) && value.length > 0 && value.every((turn) => isGroup(turn) && ('role' in turn || 'from' in turn));
  });
  if (column === undefined) return;
  const text = JSON.stringify(first?.cells[column]).includes('"role"') ? 'content' : 'value';
  const turn = (at: number): string => `.${column}[${at}].${text}`;
  throw new CliError(
    'bad-input',
    `${path} holds chats in ${column}: write a question and an answer in each line, as \`jq -c '{question: ${turn(-2)}, answer: ${turn(-1)}}'\` does`,
  );
}

/** Of a table without a line of column names, the first row would be taken for it. */
function refuseRowAsNames(answers: readonly ColumnProfile[], path: string): void {
  const [answer] = answers;
  if (!/\.[ct]sv(\.gz)?$/i.test(path) || answer === undefined || !answer.values.includes(answer.name)) return;
  throw new CliError(
    'bad-input',
    `${path} seems to have no column names: the first line calls a column "${answer.name}", which other lines have as an answer; write names above it`,
  );
}

/** Beyond these a row-wise list of labels is not worth a line. */
const mostOptions = 26;

/**
 * All that is to be written, with what is not decided guessed.
 * @param folder where the benchmark file will be
 * @throws CliError that names the flag which decides
 */
export function planScaffold({ path, read, profiles }: LookedAt, choices: InitChoices, folder: string): Scaffold {
  for (const column of [...(choices.inputs ?? []), ...(choices.answer ?? []), ...(choices.group ?? [])])
    known(column, profiles, path);
  if (choices.inputs === undefined || choices.answer === undefined) refuseChats(read, path);
  const guessed = guessColumns(profiles, choices);
  const { inputs, answer } = guessed;
  if (answer.length === 0) throw undecided('answer', 'the right answer', profiles, path);
  if (inputs.length === 0) throw undecided('input', 'what is asked', profiles, path);
  const answers = answer.flatMap((name) => profiles.find((profile) => profile.name === name) ?? []);
  refuseListsAsTexts(inputs, profiles, path);
  const options = decidedOptions(guessed, answers, path);
  refuseRowAsNames(answers, path);
  const plan = planAnswer(choices.kind ?? guessKind(answers, options), answers, options && optionCounts(options, profiles));
  const fields = fieldsOf(inputs);
  const name = choices.name ?? nameFrom(path);
  const { rows } = read;
  const needed = [...inputs.map((column) => [column]), answer];
  const filledOf = (columns: readonly string[], row: number): boolean =>
    profiles.some((profile) => columns.includes(profile.name) && (profile.texts[row]?.length ?? 0) > 0);
  const isAsked = (row: number): boolean => inputs.some((column) => filledOf([column], row));
  const lacking = rows.some((_, row) => !isAsked(row) || !filledOf(answer, row));
  // Whoever names the columns that are asked about has no other read.
  const instruction = choices.task === undefined && choices.inputs === undefined ? guessed.instruction : undefined;
  const split = splitOf(guessed, choices, plan.isOfClasses ? answer[0] : undefined, rows.length);
  const asked = rows.map((_, row) => JSON.stringify(needed.slice(0, -1).map(([column]) => textOf(profiles, column, row))));
  return {
    ...{ name, fields, options, separator: separatorToSay(read, path) },
    task:
      choices.task ??
      `${instruction === undefined ? '' : `${withStop(instruction.text)} `}${capitalised(formatNames(Object.keys(fields)))} ${inputs.length === 1 ? 'is' : 'are'} given; the answer is ${plan.about}.`,
    dataFile: relative(folder, path),
    reference: answer,
    answer: plan,
    split,
    leftOut: withoutColumns(read.columns, profiles, [
      ...[...inputs, ...answer, ...(options?.of ?? []), ...(choices.group ?? [])],
      ...[options?.labels, split.column, instruction?.column].filter((column) => typeof column === 'string'),
    ]),
    skipsEmpty: lacking,
    dropsDuplicates: new Set(asked).size < asked.length,
    models: choices.models,
  };
}

/** Columns of which nothing is used, and the parts that are not of those of which something is, in the file's order. */
function withoutColumns(
  columns: readonly string[],
  profiles: readonly ColumnProfile[],
  used: readonly string[],
): readonly string[] {
  const isIn = (path: string, column: string): boolean => path === column || path.startsWith(`${column}.`);
  return columns.flatMap((column) => {
    if (!used.some((path) => isIn(path, column))) return [column];
    return profiles.flatMap(({ name }) => (isIn(name, column) && !used.some((path) => isIn(name, path)) ? [name] : []));
  });
}

function known(column: string, profiles: readonly ColumnProfile[], path: string): void {
  if (profiles.some(({ name }) => name === column)) return;
  const names = profiles.map(({ name }) => name).join(', ');
  throw new CliError('bad-input', `${path} has no column "${column}"; it has ${names}`);
}

function undecided(flag: string, what: string, profiles: readonly ColumnProfile[], path: string): CliError {
  const names = profiles.map(({ name }) => name).join(', ');
  return new CliError('bad-input', `which column of ${path} is ${what}? Say it with --${flag}, one of ${names}`);
}

function withStop(text: string): string {
  return /[.:!?]$/.test(text) ? text : `${text}.`;
}

/** Lists that a table of texts holds as Python or JSON writes them: which option an answer means could not be told. */
function refuseListsAsTexts(inputs: readonly string[], profiles: readonly ColumnProfile[], path: string): void {
  const isList = (text: string): boolean => /^\[.+\]$/s.test(text);
  const column = profiles.find(
    ({ name, texts }) => inputs.includes(name) && texts.flat().length > 1 && texts.flat().every(isList),
  );
  if (column === undefined) return;
  throw new CliError(
    'bad-input',
    `${path} holds lists as texts in "${column.name}", as ${clippedValue(column)}: give each item a column of its own, as in option_a and option_b, or write the rows as JSON Lines with real lists`,
  );
}

function clippedValue({ values: [first = ''] }: ColumnProfile): string {
  return first.length > 60 ? `${first.slice(0, 60)}…` : first;
}

function decidedOptions({ options }: GuessedColumns, answers: readonly ColumnProfile[], path: string): Scaffold['options'] {
  if (options === undefined) return undefined;
  const { answer, ...rest } = options;
  if (answer !== undefined) return { ...rest, answer };
  const other = answers.find(({ isNumeric }) => !isNumeric);
  if (other !== undefined) {
    const form = `${path} has options to choose from in ${options.of.join(', ')}, and its answers are neither these, nor their letters or numbers, as ${clippedValue(other)}; write one of them, or the options as one text under another name`;
    throw new CliError('bad-input', form);
  }
  const message = `${path} has options to choose from, but its answers may count them from 0 as well as from 1; write \`options: { of: ${options.of.join(', ')}, answer: index }\`, or position, in a benchmark file of your own`;
  throw new CliError('bad-input', message);
}

function optionCounts({ of, labels }: NonNullable<Scaffold['options']>, profiles: readonly ColumnProfile[]) {
  const columns = profiles.filter(({ name }) => of.includes(name));
  const rows = columns[0]?.texts ?? [];
  const most = Math.max(2, ...rows.map((_, row) => columns.reduce((sum, { texts }) => sum + (texts[row]?.length ?? 0), 0)));
  const own = profiles.find(({ name }) => name === labels)?.values;
  return { most: Math.min(most, mostOptions), labels: own && [...own].toSorted() };
}

/** A field's name is what follows the last point of a column's, in small letters. */
function fieldsOf(inputs: readonly string[]): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (const column of inputs) {
    const last = (column.split('.').at(-1) ?? '').normalize('NFKD').toLowerCase();
    const plain = last
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_+|_+$/g, '')
      .slice(0, 30);
    const base =
      /^[a-z]/.test(plain) && !['id', 'reference', 'options'].includes(plain) ? plain : `input${plain === '' ? '' : `_${plain}`}`;
    let field = base;
    for (let count = 2; field in fields; count += 1) field = `${base}_${count}`;
    fields[field] = column;
  }
  return fields;
}

function nameFrom(path: string): string {
  const base = basename(path).replace(/(?:\.\w+)(?:\.gz)?$/i, '');
  const plain = base
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
    .slice(0, 30);
  if (plain === '') return 'my-task';
  return benchmarkDefinitions.has(plain) ? `my-${plain}` : plain;
}

/** A comma is what everybody expects. */
function separatorToSay({ separator }: ReadRows, path: string): string | undefined {
  if (separator === undefined || separator === ',' || (separator === '\t' && /\.tsv/i.test(path))) return undefined;
  return separator === '\t' ? 'tab' : separator;
}

function splitOf(
  { split }: GuessedColumns,
  { group = [] }: InitChoices,
  stratify: string | undefined,
  rows: number,
): Scaffold['split'] {
  if (split !== undefined && group.length === 0) return split;
  return {
    shares: sharesFor(rows),
    seed: 1,
    ...(stratify !== undefined && { stratify }),
    ...(group.length > 0 && { group: group.length === 1 ? group[0] : group }),
  };
}

function textOf(profiles: readonly ColumnProfile[], column: string | undefined, row: number): string {
  const texts = profiles.find(({ name }) => name === column)?.texts[row] ?? [];
  return texts.join('\n').replace(/\s+/g, ' ');
}

import { type AnswerKind, labelIn } from '../../shared/benchmarks/benchmark-file/answer-options.ts';
import type { ColumnProfile } from './column-profile.ts';

/** What the columns of a data file seem to be for. */
export interface GuessedColumns {
  /** Empty if no column seems fit. */
  readonly inputs: readonly string[];
  readonly answer: readonly string[];
  readonly options: GuessedOptions | undefined;
  /** A column of instructions, and what it says in each row. */
  readonly instruction: { readonly column: string; readonly text: string } | undefined;
  /** The column that says which split a row is in, and its values by split. */
  readonly split: { readonly column: string; readonly values: Readonly<Record<string, string>> } | undefined;
}

export interface GuessedOptions {
  readonly of: readonly string[];
  readonly labels: string | undefined;
  /** Undefined: it cannot be told. */
  readonly answer: AnswerKind | undefined;
}

/** Names of columns that answer, the surest first, in lower case and without what joins their words. */
const answerNames = [
  ['answer', 'answers', 'answerkey', 'finalanswer', 'correctanswer', 'rightanswer', 'answerstext', 'answertext', 'correct'],
  ['gold', 'reference', 'groundtruth', 'target', 'expected', 'expectedoutput', 'expectedanswer'],
  ['label', 'labels', 'class', 'category', 'intent', 'sentiment', 'team', 'department', 'queue', 'topic', 'tag', 'tags'],
  ['output', 'completion', 'solution', 'response', 'summary', 'translation', 'y'],
].flat();

const askingNames = ['question', 'query', 'problem', 'prompt', 'instruction', 'input', 'utterance'];
const textNames = [
  'message',
  'text',
  'body',
  'content',
  'sentence',
  'review',
  'comment',
  'description',
  'document',
  'email',
  'x',
];
/** What a question may be about, and what stands above a message. */
const besideNames = [
  'context',
  'passage',
  'paragraph',
  'article',
  'story',
  'document',
  'premise',
  'hypothesis',
  'subject',
  'title',
  'input',
];
const optionNames = ['choices', 'options', 'endings', 'alternatives', 'choicestext', 'optionstext', 'candidates'];
const optionLabelNames = ['choiceslabel', 'optionslabel', 'choicelabels'];

/** @param given what a person has said already */
export function guessColumns(
  profiles: readonly ColumnProfile[],
  given: { readonly inputs?: readonly string[]; readonly answer?: readonly string[] } = {},
): GuessedColumns {
  const split = splitColumn(profiles);
  const options = optionColumns(profiles);
  const beside = new Set([
    ...(split ? [split.column] : []),
    ...(options?.of ?? []),
    ...(options?.labels ? [options.labels] : []),
  ]);
  const left = profiles.filter(({ name, filled }) => filled > 0 && !beside.has(name));
  const answer = given.answer ?? answerColumn(left.filter(({ name }) => given.inputs?.includes(name) !== true));
  const asked = left.filter(({ name }) => !answer.includes(name));
  const inputs = given.inputs ?? (answer.length > 0 && asked.length === 1 ? onlyColumn(asked) : inputColumns(asked));
  return {
    ...{ inputs, answer, split, instruction: instructionIn(left) },
    options: options && { ...options, answer: answerKindOf(profiles, answer, options) },
  };
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** Whether a column, or the last part or two of a path to it, has such a name. */
function endsIn(column: string, name: string): boolean {
  const parts = column.split('.');
  return [column, parts.slice(-2).join('.'), parts.slice(-1).join('')].some((each) => plain(each) === name);
}

/** The first of the names that a column has. */
function named(profiles: readonly ColumnProfile[], names: readonly string[]): ColumnProfile | undefined {
  for (const name of names) {
    const found = profiles.find((profile) => plain(profile.name) === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** By its name; otherwise the last one that has few values, each of them often. */
function answerColumn(profiles: readonly ColumnProfile[]): readonly string[] {
  const found = named(profiles, answerNames) ?? profiles.findLast(isOfClasses);
  return found === undefined ? [] : [found.name];
}

/** Few short values, each of them often. */
export function isOfClasses({ values, filled, length, texts }: ColumnProfile): boolean {
  const all = texts.reduce((sum, each) => sum + each.length, 0);
  return (
    values.length >= 2 && values.length <= 30 && all >= 3 * values.length && length <= 40 && filled * 20 >= texts.length * 19
  );
}

/** What is left beside the answer is what is asked, however short it is, unless it only numbers the rows. */
function onlyColumn(profiles: readonly ColumnProfile[]): readonly string[] {
  const numbers = ['id', 'uuid', 'index', 'row', 'no', 'number', 'key', 'date', 'time', 'timestamp'];
  return profiles.filter(({ name, values }) => values.length > 1 && !numbers.includes(plain(name))).map(({ name }) => name);
}

function inputColumns(profiles: readonly ColumnProfile[]): readonly string[] {
  const prose = profiles.filter(({ words }) => words >= 2);
  const longest = prose.toSorted((one, other) => other.length - one.length)[0];
  // One that says the same in each row tells what the task is.
  const asking = profiles.filter(({ values, filled }) => values.length > 1 || filled < 2);
  const main = named(asking, askingNames) ?? named(prose, textNames) ?? longest;
  if (main === undefined) return [];
  const others = (names: readonly string[]) =>
    profiles.filter((profile) => profile !== main && names.includes(plain(profile.name))).map(({ name }) => name);
  // Options that are a text, and no list, are read as they are.
  return [...others(besideNames), main.name, ...others(optionNames)];
}

function instructionIn(profiles: readonly ColumnProfile[]): GuessedColumns['instruction'] {
  const constant = profiles.filter(({ values, filled, words }) => values.length === 1 && filled >= 2 && words >= 2);
  const found = named(constant, ['instruction', 'instructions', 'prompt', 'task', 'systemprompt']);
  const text = found?.values[0];
  return found && text !== undefined ? { column: found.name, text } : undefined;
}

function optionColumns(profiles: readonly ColumnProfile[]): Omit<GuessedOptions, 'answer'> | undefined {
  const list = profiles.find(
    ({ name, texts }) =>
      optionNames.some((each) => endsIn(name, each)) && texts.filter((each) => each.length > 1).length * 10 >= texts.length * 9,
  );
  const labels = profiles.find(({ name }) => optionLabelNames.some((each) => endsIn(name, each)));
  if (list !== undefined) return { of: [list.name], labels: labels?.name };
  const ordered = (pattern: RegExp): readonly string[] => profiles.map(({ name }) => name).filter((name) => pattern.test(name));
  const sets = [
    ordered(/^(?:option|choice|answer|ending|op)[ _-]?[a-h]$/i),
    ordered(/^(?:option|choice|answer|ending)[ _-]?\d$/i),
  ];
  const set = [...sets, ordered(/^[A-H]$/)].find((names) => names.length >= 2);
  return set && { of: set, labels: undefined };
}

/** By what the answers are: undefined if they may be counted from 0 as well as from 1. */
function answerKindOf(
  profiles: readonly ColumnProfile[],
  answer: readonly string[],
  { of, labels }: Omit<GuessedOptions, 'answer'>,
): AnswerKind | undefined {
  const column = profiles.find(({ name }) => name === answer[0]);
  if (column === undefined) return undefined;
  const own = profiles.find(({ name }) => name === labels);
  const options = of.map((name) => profiles.find((profile) => profile.name === name));
  const rows = column.texts.map((answers, row) => ({
    answers,
    options: options.flatMap((profile) => profile?.texts[row] ?? []),
    labels: own?.texts[row],
  }));
  const filled = rows.filter(({ answers }) => answers.length > 0);
  const most = (holds: (row: (typeof rows)[number]) => boolean): boolean =>
    filled.length > 0 && filled.filter(holds).length * 20 >= filled.length * 19;
  if (own !== undefined && most(({ answers, labels: known = [] }) => answers.every((one) => known.includes(one)))) return 'label';
  if (most(({ answers, options: known }) => answers.every((one) => known.includes(one)))) return 'text';
  if (most(({ answers }) => answers.every((one) => /^[A-Ha-h]$/.test(labelIn(one))))) return 'label';
  const numbers = filled.flatMap(({ answers, options: { length } }) => answers.map((one) => ({ at: Number(one), length })));
  if (!numbers.every(({ at }) => Number.isInteger(at))) return undefined;
  if (numbers.some(({ at }) => at === 0)) return 'index';
  return numbers.some(({ at, length }) => at === length) ? 'position' : undefined;
}

function splitColumn(profiles: readonly ColumnProfile[]): GuessedColumns['split'] {
  const known = /^(?:train(?:ing)?|dev(?:elopment)?|val(?:id(?:ate|ation)?)?|test(?:ing)?|eval(?:uation)?)$/i;
  const column = profiles.find(
    ({ name, values }) =>
      /^(?:split|subset|partition|part|set|fold)$/i.test(name) &&
      values.length >= 2 &&
      values.every((value) => known.test(value)),
  );
  if (column === undefined) return undefined;
  const first = (pattern: RegExp): string | undefined => column.values.find((value) => pattern.test(value));
  const test = first(/^(?:test|eval)/i);
  const validate = first(/^(?:dev|val)/i) ?? first(/^train/i);
  return test === undefined || validate === undefined ? undefined : { column: column.name, values: { validate, test } };
}

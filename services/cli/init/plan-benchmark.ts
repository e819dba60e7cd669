import { letterLabels } from '../../shared/benchmarks/benchmark-file/answer-options.ts';
import type { ColumnProfile } from './column-profile.ts';
import { type GuessedOptions, isOfClasses } from './guess-columns.ts';

/** A scorer as a benchmark file writes it. */
export type PlannedScorer = string | Readonly<Record<string, unknown>>;

export interface AnswerPlan {
  /** What an answer is, for people, as in "one of billing, login". */
  readonly about: string;
  /** How an answer must look, for the optimizer and for the first workflow. */
  readonly format: string;
  readonly scorers: Readonly<Record<string, PlannedScorer>>;
  /** The right answers are classes, of which each split should have its share. */
  readonly isOfClasses: boolean;
}

/** The kinds of scorers that need nothing beyond what is in the data. */
export const plannedKinds = ['choice', 'labels', 'number', 'exact-match', 'token-f1', 'contains'] as const;
export type PlannedKind = (typeof plannedKinds)[number];

/** What the right answers seem to be, if nobody says how they are judged. */
export function guessKind(answers: readonly ColumnProfile[], options: GuessedOptions | undefined): PlannedKind {
  const [first] = answers;
  if (options !== undefined) return 'choice';
  if (first === undefined) return 'exact-match';
  const isAlone = answers.length === 1;
  if (isAlone && isOfClasses(first)) {
    if (first.isList || joinedLabels(first) !== undefined) return 'labels';
    // A small whole number may be a class, and is judged as one by the number.
    return first.isNumeric ? 'number' : 'choice';
  }
  if (answers.every(({ isNumeric }) => isNumeric)) return 'number';
  return answers.every(({ words }) => words <= 5) ? 'exact-match' : 'token-f1';
}

/** @param answers the columns of right answers */
export function planAnswer(kind: PlannedKind, answers: readonly ColumnProfile[], options: OptionCounts | undefined): AnswerPlan {
  const joined = kind === 'labels' && answers.length === 1 ? answers.flatMap((answer) => joinedLabels(answer) ?? []) : [];
  const values = joined.length > 0 ? joined : withoutCapitals(answers.flatMap((answer) => answer.values));
  const several = answers.length > 1 || answers.some(({ isList }) => isList) ? ' (any of several)' : '';
  switch (kind) {
    case 'choice': {
      const choices = options === undefined ? values : (options.labels ?? letterLabels(options.most));
      const of = options === undefined ? choices.join(', ') : `the options, by its letter (${choices.join(', ')})`;
      return {
        about: `one of ${of}`,
        format: `One of ${of}, and nothing else, as in <answer>${choices[0] ?? ''}</answer>.`,
        scorers: { choice: { kind, choices } },
        isOfClasses: options === undefined,
      };
    }
    case 'labels':
      return {
        about: `one or more of ${values.join(', ')}`,
        format: `All that apply of ${values.join(', ')}, with commas between them, as in <answer>${values.slice(0, 2).join(', ')}</answer>.`,
        scorers: { all: { kind, choices: values, judge: 'exact' }, overlap: { kind, choices: values, judge: 'f1' } },
        isOfClasses: false,
      };
    case 'number':
      return {
        about: `a number${several}`,
        format: `The number alone, as in <answer>${values[0] ?? '42'}</answer>.`,
        scorers: { number: kind },
        isOfClasses: answers.length === 1 && answers.every((answer) => isOfClasses(answer) && !answer.isList),
      };
    case 'token-f1':
      return {
        about: `a text${several}`,
        format: 'The answer alone, without an explanation, as in <answer>…</answer>.',
        scorers: { overlap: kind, exact: 'exact-match' },
        isOfClasses: false,
      };
    default:
      return {
        about: `a few words${several}`,
        format: 'The answer alone, in as few words as possible, as in <answer>…</answer>.',
        scorers: kind === 'contains' ? { named: kind, exact: 'exact-match' } : { exact: kind, overlap: 'token-f1' },
        isOfClasses: answers.length === 1 && answers.every((answer) => isOfClasses(answer) && !answer.isList),
      };
  }
}

/** The labels of a column that holds several in one text, "billing, returns", some of which stand alone elsewhere. */
function joinedLabels({ values }: ColumnProfile): readonly string[] | undefined {
  const parts = values.map((value) => value.split(',').map((part) => part.trim()));
  const alone = new Set(parts.filter((each) => each.length === 1).flat());
  const several = parts.filter((each) => each.length > 1);
  const isJoined =
    several.length > 0 && several.every((each) => each.every((part) => part !== '') && each.some((part) => alone.has(part)));
  return isJoined ? [...new Set(parts.flat())] : undefined;
}

/** No scorer tells "Yes" from "yes". */
function withoutCapitals(values: readonly string[]): readonly string[] {
  return [...new Map(values.toReversed().map((value) => [value.toLowerCase(), value])).values()].toReversed();
}

export interface OptionCounts {
  /** The most that a row has. */
  readonly most: number;
  /** All labels that rows have of their own. */
  readonly labels: readonly string[] | undefined;
}

/** Enough to tell workflows apart, and at most as much as a check needs: the rest is in no split. */
export function sharesFor(rows: number): { readonly validate: number; readonly test: number } {
  const validate = rows < 200 ? 0.5 : Math.max(0.01, Math.min(0.3, 300 / rows));
  const test = Math.min(1 - validate, 2000 / rows);
  const rounded = (share: number): number => Math.max(0.001, Math.floor(share * 1000) / 1000);
  return { validate: rounded(validate), test: rounded(test) };
}

import type { Query } from '../../benchmark.ts';
import { markedReadings } from '../../replies/marked-answer.ts';
import { bestOfTexts } from '../best-marked.ts';
import type { ScoredAnswer } from '../scorer.ts';

/** Options of the kinds that compare texts. */
export const textOptions = {
  ignore: {
    type: 'texts',
    default: ['case', 'punctuation', 'articles'],
    choices: ['case', 'punctuation', 'articles', 'accents'],
    description: 'what makes no difference between two texts; spaces never do',
  },
  alternatives: {
    type: 'text',
    default: '',
    description:
      'what stands between several right answers in a reference that is a text, such as "|"; "" if there is only one, or a list',
  },
} as const;

export const markedOption = {
  type: 'flag',
  default: true,
  description: 'judge what the answer marks as final ("Answer: …", <answer>, \\boxed{…}), not the whole of it',
} as const;

export interface TextOptions {
  readonly ignore: readonly string[];
  readonly alternatives: string;
  /** Whether a mark between two letters leaves no blank: "U.S." is "US" and not "U S". */
  readonly closesUp?: boolean;
}

/**
 * The words that count, in order. A sign, a point before digits and the # of C# are not punctuation: they make a different word.
 * Nothing is dropped if the text would be left empty: "A" can be a label, and "+" an answer.
 */
export function comparedWords(text: string, { ignore, closesUp = false }: Omit<TextOptions, 'alternatives'>): string[] {
  let rest = withPlainSigns(text.normalize('NFKC'));
  if (closesUp) rest = rest.replace(/(?<=\p{L})[.'’-](?=\p{L})/gu, '');
  if (ignore.includes('accents')) rest = rest.normalize('NFD').replace(/\p{M}/gu, '');
  if (ignore.includes('case')) rest = rest.toLowerCase();
  const bare = ignore.includes('punctuation') ? rest.replace(meaningful, (mark, other) => (other ? ' ' : mark)) : rest;
  const words = wordsOf(bare);
  const counted = ignore.includes('articles') ? words.filter((word) => !/^(?:a|an|the)$/i.test(word)) : words;
  return [counted, words, wordsOf(rest)].find((some) => some.length > 0) ?? [];
}

/** Spaces make no difference, so "x=5" and "x = 5" have the same words, and "$5" holds "5". */
function wordsOf(text: string): string[] {
  return text
    .replace(/[=<>\p{Sc}]/gu, ' $& ')
    .split(/\s+/)
    .filter((word) => word !== '');
}

const meaningful =
  /(?<=\d)[,.](?=\d)|(?<![\p{L}\p{N}])\.(?=\d)|(?<!\p{L}|\p{N}\s*|\p{N}[\p{P}\p{S}])-(?=\.?\d)|(?<=\p{L})#(?![\p{L}\p{N}])|([\p{P}`])/gu;

/** One form of minus sign, before the digits ("-$5" is "$-5"), and no plus. */
function withPlainSigns(text: string): string {
  return text
    .replaceAll('\u2212', '-')
    .replace(/(?<![\p{L}\p{N}]\s*)[\u2010-\u2013](?=\p{Sc}?\.?\d)/gu, '-')
    .replace(/(?<![\p{L}\p{N}]\s*)-(\p{Sc})\s?(?=\.?\d)/gu, '$1-')
    .replace(/(?<=^|[\s(\p{Sc}])\+(?=\.?\d)/gu, '');
}

export type RightAnswers = Pick<Query, 'reference' | 'rightAnswers'>;

/** A list in the data is used as it is; a text is split if the options say so. */
function rightAnswersOf({ reference, rightAnswers }: RightAnswers, { alternatives }: TextOptions): readonly string[] {
  const answers = rightAnswers ?? (alternatives === '' ? [reference] : reference.split(alternatives));
  return answers.filter((answer) => answer.trim() !== '');
}

/** @returns the best score for any of the right answers */
export function bestFor(query: RightAnswers, options: TextOptions, score: (words: readonly string[]) => number): number {
  return Math.max(0, ...rightAnswersOf(query, options).map((answer) => score(comparedWords(answer, options))));
}

/**
 * The best score of the words that are judged, in the better way of reading them: what the answer marks as final, or all of it.
 */
export function bestJudged(
  answer: string,
  options: TextOptions & { readonly marked: boolean },
  score: (words: readonly string[], read: TextOptions) => number,
): ScoredAnswer {
  const ways = options.ignore.includes('punctuation') ? [options, { ...options, closesUp: true }] : [options];
  const texts = options.marked ? markedReadings(answer) : [answer.replace(/<\/?(?:final_)?answer\b[^<>]*>/gi, ' ').trim()];
  return bestOfTexts(texts, (text) => Math.max(...ways.map((way) => score(comparedWords(text, way), way))));
}

/** For kinds that compare with the reference. */
export function missingReference(query: RightAnswers, options: TextOptions): string {
  return rightAnswersOf(query, options).length === 0 ? 'it has no reference to compare with' : '';
}

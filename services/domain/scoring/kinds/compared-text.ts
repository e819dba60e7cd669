import type { Query } from '../../benchmark.ts';
import { markedReadings } from '../../replies/marked-answer.ts';
import { bestOfTexts, withoutClauses } from '../best-marked.ts';
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
 * The words that count, in order. A sign, a point before digits, the # of C#, the minus of a grade (A-, BBB-) and the ! of !=
 * are not punctuation: they make a different word. Nothing is dropped if the text would be left empty: "A" can be a label, and
 * "+" an answer.
 */
export function comparedWords(text: string, { ignore, closesUp = false }: Omit<TextOptions, 'alternatives'>): string[] {
  let rest = withPlainSigns(withPlainDigits(text).normalize('NFKC'));
  if (closesUp) rest = rest.replace(/(?<=\p{L})[.'’-](?=\p{L})/gu, '');
  if (ignore.includes('accents')) rest = rest.normalize('NFD').replace(/\p{M}/gu, '');
  const folded = (some: string) => (ignore.includes('case') ? some.toLowerCase() : some);
  const bare = ignore.includes('punctuation') ? rest.replace(meaningful, (mark, other) => (other ? ' ' : mark)) : rest;
  const words = wordsOf(folded(bare));
  const counted = ignore.includes('articles') ? words.filter((word) => !/^(?:a|an|the)$/i.test(word)) : words;
  return [counted, words, wordsOf(folded(rest))].find((some) => some.length > 0) ?? [];
}

/** Spaces make no difference, so "x=5" and "x = 5" have the same words, and "$5" holds "5". */
function wordsOf(text: string): string[] {
  return text
    .replace(/(?<=\d)\s+(?=°)/g, '')
    .replace(/!?=|[<>]|(?:(?<!\p{L})\p{L}{1,2})?\p{Sc}/giu, ' $& ')
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** A grade is one letter or up to four capitals: the hyphens of "pre- and post-war" are punctuation. */
const kept = [
  /(?<=\d)(?:\.(?=\d)|,(?=\d{3}(?!\d)))/,
  /(?<![\p{L}\p{N}])\.(?=\d)/u,
  /(?<!\p{L}|\p{N}\s*|\p{N}[\p{P}\p{S}])-(?=\.?\d)/u,
  /(?<=\p{L})#(?![\p{L}\p{N}])/u,
  /(?<=(?<![\p{L}\p{N}])(?:\p{L}|\p{Lu}{2,4}))-(?![\p{L}\p{N}])/u,
  /!(?==)/,
];
const meaningful = new RegExp([...kept.map(({ source }) => source), '([\\p{P}`])'].join('|'), 'gu');

/** Small digits behind others: 10² is 10^2, not 102, and 2½ is 2 1/2. Behind a letter they may be written large: m² is m2. */
function withPlainDigits(text: string): string {
  return text
    .replace(/(?<=\d)(?=⁻?[⁰¹²³⁴-⁹])/gu, '^')
    .replace(/\s?([¼-¾⅐-⅞])/gu, (_, fraction: string) => ` ${fraction.normalize('NFKC').replace('\u2044', '/')}`);
}

/** One form of minus sign, before the digits ("-$5" is "$-5"), and no plus. */
function withPlainSigns(text: string): string {
  return text
    .replaceAll('\u2212', '-')
    .replace(/(?<![\p{L}\p{N}]\s*)[\u2010-\u2013](?=\p{Sc}?\.?\d)/gu, '-')
    .replace(/(?<![\p{L}\p{N}]\s*)-(\p{Sc})\s?(?=\.?\d)/gu, '$1-')
    .replace(/(?<=^|[\s(\p{Sc}])\+(?=\.?\d)/gu, '');
}

/** "$5" is 5, and "5 $", but not "5 €": a currency counts where both texts have one. Texts without digits stay as they are. */
export function withoutCurrency(
  words: readonly string[],
  expected: readonly string[],
): readonly [words: readonly string[], expected: readonly string[]] {
  const isSign = (word: string) => /^\p{L}{0,2}\p{Sc}$/u.test(word);
  // "US$5" is "$5", and "R$ 5" is not.
  const signs = (some: readonly string[]) =>
    some
      .filter(isSign)
      .join()
      .replace(/^us(?=\$)/i, '');
  const [left, right] = [signs(words), signs(expected)];
  const areAmounts = [words, expected].every((some) => some.some((word) => /\d/.test(word)));
  if (!areAmounts || (left !== right && left !== '' && right !== '')) return [words, expected];
  const bare = (some: readonly string[]) => some.filter((word) => !isSign(word));
  return [bare(words), bare(expected)];
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
  const texts = options.marked
    ? withoutClauses(markedReadings(answer))
    : [answer.replace(/<\/?(?:final_)?answer\b[^<>]*>/gi, ' ').trim()];
  return bestOfTexts(texts, (text) => Math.max(...ways.map((way) => score(comparedWords(text, way), way))));
}

/** For kinds that compare with the reference. */
export function missingReference(query: RightAnswers, options: TextOptions): string {
  return rightAnswersOf(query, options).length === 0 ? 'it has no reference to compare with' : '';
}

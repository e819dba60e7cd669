/** Words and numbers of an answer as a careful reader compares them. */
import { numberInWords, ordinalInDigits, scales } from './number-words.ts';

export type Tokens = readonly string[];

/** A way to read the words of a text. */
export type Reader = (text: string) => Tokens;

/** "May 5th" is May 5, and so is "the 5th of May". */
const months =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?';
const dayOrdinal = new RegExp(
  `(?<=\\b${months}\\s(?:the\\s)?)(\\d{1,2})(?:st|nd|rd|th)\\b|\\b(\\d{1,2})(?:st|nd|rd|th)(?:\\sof)?(?=\\s${months}(?!\\p{L}))`,
  'gu',
);

const hyphens = /\s+|(?<=[\p{L}\p{N}.%])-|(?<=\p{L}{2})\/(?=\p{L}{2})/u;
const hyphensAtDigits = /\s+|(?<=\p{N}[.%]?)-|(?<=[\p{L}.%])-(?=[\p{N}.])/u;
const hyphensBetweenDigits = /\s+|(?<=\p{N}[.%]?)-(?=[\p{N}.]|$)/u;

/** "J. K. Rowling" is "JK Rowling", and "D. C." is "DC". */
const initials = /(?<![\p{L}\p{N}]|['’])(\p{L})\.\s?(?=\p{L}(?:\.|(?![\p{L}\p{N}])))/gu;

/**
 * Two texts are the same if they are the same in one of these ways, and overlap as much as they do in the best of them: "1.6
 * million" is 1600000, or 1.6 and a word; "super-regional" is two words, or one, as in the official measures. A number stays a
 * number: "43-yard" is not one word.
 */
export const wordReaders: readonly Reader[] = [
  answerTokens,
  (text) => partsOf(text, hyphens).flatMap(tokensOf),
  (text) => partsOf(text, hyphensAtDigits).flatMap(tokensOf),
  (text) => answerTokens(text.replace(initials, '$1')),
];

/** HotpotQA's official measure also takes "F-16" for "F16". */
export const hotpotqaReaders: readonly Reader[] = [
  ...wordReaders,
  (text) => partsOf(text, hyphensBetweenDigits).flatMap(tokensOf),
];

/** The best score over all ways of reading. */
export function bestReading(readers: readonly Reader[], score: (read: Reader) => number): number {
  return Math.max(...readers.map(score));
}

/** Whether two texts are the same word by word. */
export function isSameWords(one: string, other: string, readers: readonly Reader[]): boolean {
  return readers.some((read) => read(one).join(' ') === read(other).join(' '));
}

/**
 * Lower case, no articles, no punctuation except inside numbers; "1,200", "1200.0" and "$1200" are one number, as are "three" and
 * "3", "1.6 million" and "1600000", "twenty-five" and "25"; "third" is "3rd". Words with a hyphen are two.
 */
export function answerTokens(text: string): Tokens {
  const parts = partsOf(text, hyphens);
  const tokens: string[] = [];
  for (let at = 0; at < parts.length; at += 1) {
    const number = numberInWords(wordsUpToMark(parts.slice(at, at + 12)));
    const [token, ...more] = number === undefined ? tokensOf(parts[at] ?? '') : [String(number.value)];
    const ordinal = number?.length === 1 && number.value >= 20 ? digitsOf(parts[at + 1] ?? '') : undefined;
    const scale = scales.get(lettersOf(parts[at] ?? ''));
    const before = tokens.at(-1) ?? '';
    if (ordinal !== undefined) tokens.push(`${(number?.value ?? 0) / 10}${ordinal}`);
    else if (scale !== undefined && Number.isFinite(Number(before || 'x')))
      tokens.splice(-1, 1, String(rounded(Number(before) * scale)));
    else if (token !== undefined && !(token === 'percent' && isNumberToken(before))) tokens.push(token, ...more);
    at += ordinal === undefined ? Math.max(0, (number?.length ?? 1) - 1) : 1;
  }
  return tokens;
}

/** What turns 20 into 21st: "1st" to "9th". */
function digitsOf(part: string): string | undefined {
  const ordinal = ordinalInDigits(lettersOf(part));
  return ordinal !== undefined && /^\d\p{L}/u.test(ordinal) ? ordinal : undefined;
}

/** 1.1 million, without the rounding noise of binary fractions. */
const rounded = (value: number): number => Number(value.toPrecision(15));

const quarters: Readonly<Record<string, number>> = { '¼': 0.25, '½': 0.5, '¾': 0.75 };

function partsOf(text: string, separator: RegExp): string[] {
  return text
    .replace(/(?<!\d)(\d*)\s?([¼½¾])/g, (_all, whole: string, part: string) => String(Number(whole) + (quarters[part] ?? 0)))
    .normalize('NFKC')
    .toLowerCase()
    .replace(dayOrdinal, '$1$2')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .split(separator)
    .filter((part) => part !== undefined && part !== '');
}

/** A mark ends a number in words: "twenty, five" are two. */
function wordsUpToMark(parts: readonly string[]): string[] {
  const last = parts.findIndex((part) => /[^\p{L}]$/u.test(part));
  return (last < 0 ? parts : parts.slice(0, last + 1)).map(lettersOf);
}

function lettersOf(part: string): string {
  return /\p{N}/u.test(part) ? '' : part.replace(/[^\p{L}]/gu, '');
}

const articles = new Set(['a', 'an', 'the']);
const plainNumber = /^-?(?:\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3}|\d+)?(?:\.\d+)?$/;

/** "1,2" is two numbers, and "10:30" and "1/2" are one, but not one with more digits. */
function tokensOf(part: string): string[] {
  const number = readPlainNumber(part) ?? /^[^\p{L}\p{N}]*(\d+(?:[:/]\d+)+)[^\p{L}\p{N}]*$/u.exec(part)?.[1];
  if (number !== undefined) return [number];
  const pieces = part.split(/(?<=\p{N})[^\p{L}\p{N}\p{M}]+(?=\p{N})/u);
  if (pieces.length > 1) return pieces.flatMap(tokensOf);
  const word = part.replace(/[^\p{L}\p{N}\p{M}]/gu, '');
  if (word === '' || articles.has(word)) return [];
  const inWords = numberInWords([word]);
  return [inWords === undefined ? (ordinalInDigits(word) ?? word) : String(inWords.value)];
}

/** Currencies before and percent signs and punctuation after do not matter. */
function readPlainNumber(part: string): string | undefined {
  const bare = part
    .replace(/^[^\p{L}\p{N}.-]*(?:(?:usd|eur|gbp|inr|rs\.?)(?=\d)|\p{L}{0,3}[$€£¥₹](?=[\d.-]))/u, '')
    .replace(/^[^\p{L}\p{N}.-]+/u, '')
    .replace(/[^\p{L}\p{N}]+$/u, '');
  if (!/\d/.test(bare) || !plainNumber.test(bare)) return undefined;
  return String(Number(bare.replaceAll(',', '')));
}

export function isNumberToken(token: string): boolean {
  return /^(?:-?\d+(?:\.\d+)?(?:e[-+]\d+)?|\d+(?:[:/]\d+)+)$/.test(token);
}

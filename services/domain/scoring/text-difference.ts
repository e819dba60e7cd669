/** Characters of each text that are looked at, and of each part that is quoted. */
const lookedAt = 4000;
const quotedLength = 200;

export interface TextDifference {
  /** The right text that is nearest, quoted. */
  readonly nearest: string;
  /**
   * In what they differ: capitals or punctuation alone, the order of the words, or words that only one has. "": in
   * everything.
   */
  readonly difference: string;
}

/** How a text differs from the nearest of the right ones. @param right at least one */
export function textDifference(text: string, right: readonly string[]): TextDifference {
  const said = wordsOf(text);
  const [first = [], ...others] = right.map(wordsOf);
  const nearest = others.reduce((best, words) => (shared(said, words) > shared(said, best) ? words : best), first);
  return { nearest: quoted(nearest.join(' ')), difference: differenceOf(said, nearest) };
}

function differenceOf(said: readonly string[], right: readonly string[]): string {
  const tooMuch = withoutWords(said, right);
  if (same(said, right) || tooMuch.length === said.length) return '';
  if (same(said.map(lower), right.map(lower))) return 'they differ in capitals only';
  if (same(bare(said), bare(right))) return 'they differ in punctuation only';
  const missing = withoutWords(right, said);
  if (tooMuch.length === 0 && missing.length === 0) return 'the same words in another order';
  const parts = [
    ...(tooMuch.length === 0 ? [] : [`${quoted(tooMuch.join(' '))} is too much`]),
    ...(missing.length === 0 ? [] : [`${quoted(missing.join(' '))} is missing`]),
  ];
  return parts.join(', and ');
}

function wordsOf(text: string): string[] {
  return text
    .slice(0, lookedAt)
    .toWellFormed()
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** The words of the first that the other one lacks, each as often as it lacks it. */
function withoutWords(words: readonly string[], other: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const word of other.map(bareWord)) left.set(word, (left.get(word) ?? 0) + 1);
  return words.filter((word) => {
    const count = left.get(bareWord(word)) ?? 0;
    if (count > 0) left.set(bareWord(word), count - 1);
    return count === 0;
  });
}

function shared(words: readonly string[], other: readonly string[]): number {
  return words.length - withoutWords(words, other).length - withoutWords(other, words).length;
}

function same(words: readonly string[], other: readonly string[]): boolean {
  return words.length === other.length && words.every((word, place) => word === other[place]);
}

const lower = (word: string): string => word.toLowerCase();

function bare(words: readonly string[]): string[] {
  return words.map(bareWord).filter((word) => word !== '');
}

/** In small letters, without the punctuation around it; a word of nothing else stays. */
function bareWord(word: string): string {
  return lower(word.replace(/^\p{P}+|\p{P}+$/gu, '') || word);
}

/** On one line and not too long. */
export function quoted(whole: string): string {
  const text = whole.trim().replace(/\s+/g, ' ');
  return text.length <= quotedLength ? `"${text}"` : `"${text.slice(0, quotedLength).toWellFormed()} …"`;
}

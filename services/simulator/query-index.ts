import { type KnownQuery, mainText } from './known-query.ts';

export interface QueryIndex {
  /**
   * The query that a prompt carries: the last one whose whole main text is in it, since instructions and examples come first.
   * Of several with the same main text, the one with the most other fields in the prompt.
   */
  find(prompt: string): KnownQuery | undefined;
}

interface Entry {
  readonly known: KnownQuery;
  /** The words of the main text, in lower case, a blank after each. */
  readonly text: string;
}

const keyWords = 4;

/** Looks queries up by the first words of their main field (the first input), then compares the whole of it. */
export function buildQueryIndex(known: readonly KnownQuery[]): QueryIndex {
  const entries = new Map<string, Entry[]>();
  const keyLengths = new Set<number>();
  for (const item of known) {
    const words = wordsOf(mainText(item));
    if (words.length === 0) continue;
    const length = Math.min(keyWords, words.length);
    keyLengths.add(length);
    const key = textOf(words.slice(0, length));
    const bucket = entries.get(key) ?? [];
    bucket.push({ known: item, text: textOf(words) });
    entries.set(key, bucket);
  }
  for (const bucket of entries.values()) bucket.sort((left, right) => right.text.length - left.text.length);
  const lengths = [...keyLengths].sort((left, right) => right - left);

  return {
    find: (prompt) => {
      const words = wordsOf(prompt);
      const text = textOf(words);
      const starts = startsOf(words);
      let found: readonly Entry[] = [];
      let end = 0;
      for (const [index, start] of starts.entries()) {
        if (start < end) continue;
        const longest = longestAt(entries, lengths, text, index, starts);
        if (longest[0] === undefined) continue;
        found = longest;
        end = start + longest[0].text.length;
      }
      return found.length < 2 ? found[0]?.known : bestFit(found, prompt);
    },
  };
}

/** The entries with the longest text that begins at a word; all of them have the same text. */
function longestAt(
  entries: ReadonlyMap<string, readonly Entry[]>,
  lengths: readonly number[],
  text: string,
  index: number,
  starts: readonly number[],
): readonly Entry[] {
  const start = starts[index] ?? text.length;
  for (const length of lengths) {
    const bucket = entries.get(text.slice(start, starts[index + length] ?? text.length));
    const longest = bucket?.find((entry) => text.startsWith(entry.text, start));
    if (longest !== undefined) return bucket?.filter((entry) => entry.text === longest.text) ?? [];
  }
  return [];
}

function bestFit(entries: readonly Entry[], prompt: string): KnownQuery | undefined {
  const fits = entries.map(({ known }) => {
    const others = known.benchmark.inputs.slice(1).map((field) => known.query.fields[field]?.trim() ?? '');
    return { known, count: others.filter((text) => text !== '' && prompt.includes(text)).length };
  });
  return fits.reduce((best, fit) => (fit.count > best.count ? fit : best)).known;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

const textOf = (words: readonly string[]): string => words.map((word) => `${word} `).join('');

/** Where each word begins in their text. */
function startsOf(words: readonly string[]): number[] {
  let start = 0;
  return words.map((word) => {
    const here = start;
    start += word.length + 1;
    return here;
  });
}

import type { Benchmark, Query } from '../domain/benchmark.ts';

/** A benchmark query that the simulated model has "learned", with how hard it finds it. */
export interface KnownQuery {
  readonly benchmark: Benchmark;
  readonly query: Query;
  /** In logits: a model of ability 0 solves it with probability 1 / (1 + e^difficulty). */
  readonly difficulty: number;
}

export interface QueryIndex {
  /** The query that a prompt carries: the last one whose whole text stands in it, since instructions and examples come first. */
  find(prompt: string): KnownQuery | undefined;
}

interface Entry {
  readonly known: KnownQuery;
  readonly words: readonly string[];
}

const keyWords = 4;

/** Looks queries up by the first words of their main field (the first input), then compares all the words. */
export function buildQueryIndex(known: readonly KnownQuery[]): QueryIndex {
  const entries = new Map<string, Entry[]>();
  const keyLengths = new Set<number>();
  for (const item of known) {
    const words = wordsOf(mainText(item));
    if (words.length === 0) continue;
    const length = Math.min(keyWords, words.length);
    keyLengths.add(length);
    const key = words.slice(0, length).join(' ');
    const bucket = entries.get(key) ?? [];
    bucket.push({ known: item, words });
    entries.set(key, bucket);
  }
  for (const bucket of entries.values()) bucket.sort((left, right) => right.words.length - left.words.length);
  const lengths = [...keyLengths].sort((left, right) => right - left);

  return {
    find: (prompt) => {
      const words = wordsOf(prompt);
      let found: KnownQuery | undefined;
      let start = 0;
      while (start < words.length) {
        const entry = longestAt(entries, lengths, words, start);
        if (entry === undefined) {
          start += 1;
          continue;
        }
        found = entry.known;
        start += entry.words.length;
      }
      return found;
    },
  };
}

/** The text by which people would know the query. */
export function mainText(known: KnownQuery): string {
  const field = known.benchmark.inputs[0];
  return field === undefined ? '' : (known.query.fields[field] ?? '');
}

function longestAt(
  entries: ReadonlyMap<string, readonly Entry[]>,
  lengths: readonly number[],
  words: readonly string[],
  start: number,
): Entry | undefined {
  for (const length of lengths) {
    const bucket = entries.get(words.slice(start, start + length).join(' '));
    const entry = bucket?.find((candidate) => candidate.words.every((word, index) => words[start + index] === word));
    if (entry !== undefined) return entry;
  }
  return undefined;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/**
 * Which known texts are nearest to a new one, without a model: TF-IDF of words and pairs of words, hashed into buckets, compared
 * by cosine. Plain values, so that a policy can carry it.
 */
export interface TextIndex {
  /** How many of the texts have a bucket; buckets that none has are left out. */
  readonly frequency: Readonly<Record<string, number>>;
  /** Of each text, its buckets and how often each occurs, one after the other. */
  readonly texts: readonly (readonly number[])[];
}

export interface Near {
  /** Of the text in the index. */
  readonly place: number;
  /** Cosine, in (0, 1]. */
  readonly similarity: number;
}

/** With 65,536 buckets, of two hundred terms of a text two or so share one. */
const bucketCount = 2 ** 16;
/** Of a long passage no more is read. */
const longestText = 20_000;

export function textIndexOf(texts: readonly string[]): TextIndex {
  const counted = texts.map(countTerms);
  const frequency: Record<string, number> = {};
  for (const counts of counted) for (const bucket of counts.keys()) frequency[bucket] = (frequency[bucket] ?? 0) + 1;
  return { frequency, texts: counted.map((counts) => [...counts].flat()) };
}

/** @returns the nearest first; of equals the earlier; texts that share no term are none */
export function nearestTexts(index: TextIndex, text: string, count: number): Near[] {
  const { vectors, byBucket } = weighed(index);
  const asked = normalised(weights(countTerms(text), index));
  const sums = new Map<number, number>();
  for (const [bucket, weight] of asked) {
    for (const [place, other] of byBucket.get(bucket) ?? []) sums.set(place, (sums.get(place) ?? 0) + weight * other);
  }
  return [...sums]
    .map(([place, sum]) => ({ place, similarity: Math.min(1, sum / (vectors[place] as number)) }))
    .sort((one, other) => other.similarity - one.similarity || one.place - other.place)
    .slice(0, count);
}

interface Weighed {
  /** The length of each text's vector. */
  readonly vectors: readonly number[];
  readonly byBucket: ReadonlyMap<number, readonly (readonly [place: number, weight: number])[]>;
}

const known = new WeakMap<TextIndex, Weighed>();

/** Cached with the index: it is asked for each query. */
function weighed(index: TextIndex): Weighed {
  const before = known.get(index);
  if (before !== undefined) return before;
  const byBucket = new Map<number, (readonly [number, number])[]>();
  const vectors = index.texts.map((flat, place) => {
    const counts = new Map<number, number>();
    for (let at = 0; at < flat.length; at += 2) counts.set(flat[at] as number, flat[at + 1] as number);
    const vector = weights(counts, index);
    for (const [bucket, weight] of vector) {
      const some = byBucket.get(bucket) ?? [];
      some.push([place, weight]);
      byBucket.set(bucket, some);
    }
    return lengthOf(vector) || 1;
  });
  const made = { vectors, byBucket };
  known.set(index, made);
  return made;
}

/** Smoothed IDF: a term that no text of the index has counts as rare, and a term of all of them a little. */
function weights(counts: ReadonlyMap<number, number>, { frequency, texts }: TextIndex): Map<number, number> {
  return new Map(
    [...counts].map(([bucket, count]) => {
      const idf = Math.log((1 + texts.length) / (1 + (frequency[bucket] ?? 0))) + 1;
      return [bucket, (1 + Math.log(count)) * idf];
    }),
  );
}

function normalised(vector: ReadonlyMap<number, number>): Map<number, number> {
  const length = lengthOf(vector) || 1;
  return new Map([...vector].map(([bucket, weight]) => [bucket, weight / length]));
}

function lengthOf(vector: ReadonlyMap<number, number>): number {
  return Math.sqrt([...vector.values()].reduce((sum, weight) => sum + weight ** 2, 0));
}

/** Numbers count by how many digits they have: which number it is makes no query harder. */
function countTerms(text: string): Map<number, number> {
  const words = (
    text
      .slice(0, longestText)
      .toLowerCase()
      .match(/\p{L}+|\p{N}+|[^\s\p{L}\p{N}]/gu) ?? []
  ).map((word) => (/^\p{N}/u.test(word) ? `#${word.length}` : word));
  const pairs = words.slice(1).map((word, place) => `${words[place]} ${word}`);
  const counts = new Map<number, number>();
  for (const term of [...words, ...pairs]) {
    const bucket = bucketOf(term);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  return counts;
}

/** FNV-1a, folded to the buckets. */
function bucketOf(term: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < term.length; at += 1) hash = Math.imul(hash ^ term.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 16)) & (bucketCount - 1);
}

/** A count with what it counts: "1 query", "3 queries". @param noun of one */
export function countOf(count: number, noun: string): string {
  return `${count} ${nounFor(count, noun)}`;
}

/** What is counted, without the count: "query" for one, "queries" for any other number. @param noun of one */
export function nounFor(count: number, noun: string): string {
  return count === 1 ? noun : pluralOf(noun);
}

/** Of the nouns that are counted here; none of them needs more than these two ways. */
export function pluralOf(noun: string): string {
  return /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

/**
 * The SQuAD measure that AFlow uses for DROP and HotpotQA: words in lower case without ASCII punctuation or articles. Words are
 * Unicode words, as in Python.
 */
const asciiPunctuation = /[!-/:-@[-`{-~]/g;
const articles = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;
// Python also splits at \x1c to \x1f and \x85, JavaScript also at \ufeff; no answer has been seen to contain any of them.
const spaces = /\s+/;

export function squadTokens(text: string): string[] {
  const words = text.toLowerCase().replace(asciiPunctuation, '').replace(articles, ' ').split(spaces);
  return words.filter((word) => word !== '');
}

/** Harmonic mean of precision and recall over words, each as often as it occurs. 0 if nothing is shared. */
export function tokenOverlap(answer: readonly string[], expected: readonly string[]): number {
  const left = new Map<string, number>();
  for (const token of expected) left.set(token, (left.get(token) ?? 0) + 1);
  let shared = 0;
  for (const token of answer) {
    const count = left.get(token) ?? 0;
    if (count === 0) continue;
    left.set(token, count - 1);
    shared += 1;
  }
  if (shared === 0) return 0;
  const precision = shared / answer.length;
  const recall = shared / expected.length;
  return (2 * precision * recall) / (precision + recall);
}

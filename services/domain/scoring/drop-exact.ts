import type { Query } from '../benchmark.ts';
import { bestMarked } from './best-marked.ts';
import { bestOf } from './drop-strict.ts';
import type { Scorer } from './scorer.ts';
import { isSameWords, wordReaders } from './word-answer.ts';

export const dropExact = {
  name: 'drop-exact',
  description: 'the marked answer is one of the gold answers, word by word (exact match)',
  takesSeveral: true,
  score(answer: string, query: Query) {
    return bestMarked(answer, (extracted) => bestOf(query, (gold) => (isSameWords(extracted, gold, wordReaders) ? 1 : 0)));
  },
} satisfies Scorer;

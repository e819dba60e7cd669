import type { Query } from '../benchmark.ts';
import { bestMarked } from './best-marked.ts';
import type { Scorer } from './scorer.ts';
import { hotpotqaReaders, isSameWords } from './word-answer.ts';

export const hotpotqaExact = {
  name: 'hotpotqa-exact',
  description: 'the marked answer is the gold answer, word by word (exact match)',
  score(answer: string, query: Query) {
    return bestMarked(answer, (extracted) => (isSameWords(extracted, query.reference, hotpotqaReaders) ? 1 : 0));
  },
} satisfies Scorer;

import type { Query } from '../benchmark.ts';
import { markedWords } from '../replies/marked-answer.ts';
import type { Scorer } from './scorer.ts';
import { isSameWords } from './word-answer.ts';

export const hotpotqaExact = {
  name: 'hotpotqa-exact',
  description: 'the marked answer is the gold answer, word by word (exact match)',
  score(answer: string, query: Query) {
    const extracted = markedWords(answer);
    return { score: isSameWords(extracted, query.reference) ? 1 : 0, extracted };
  },
} satisfies Scorer;

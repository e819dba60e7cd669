import type { Query } from '../benchmark.ts';
import { goldAnswers } from './gold-answers.ts';
import type { Scorer } from './scorer.ts';
import { squadTokens, tokenOverlap } from './token-overlap.ts';

/**
 * AFlow's rule for DROP: every part of the answer between bars is compared with every gold answer, and the best pair counts. So
 * listing several guesses costs nothing, and "96.28" and "9628" are the same.
 */
export const dropAflow = {
  name: 'drop-aflow',
  description: 'AFlow on DROP: the best word overlap (F1) between any part of the answer and any gold answer',
  takesSeveral: true,
  score(answer: string, query: Query) {
    const expected = goldAnswers(query);
    let best = { score: 0, extracted: answer };
    for (const part of answer.split('|')) {
      const tokens = squadTokens(part);
      for (const gold of expected) {
        const score = tokenOverlap(tokens, squadTokens(gold));
        if (score > best.score) best = { score, extracted: part };
      }
    }
    return best;
  },
} satisfies Scorer;

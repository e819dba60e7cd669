import type { Query } from '../benchmark.ts';
import type { Scorer } from './scorer.ts';
import { squadTokens, tokenOverlap } from './token-overlap.ts';

/**
 * AFlow's rule for HotpotQA. It lacks the official measure's care with yes and no: "yes, he is" scores for "yes", and so does
 * "no, or yes".
 */
export const hotpotqaAflow = {
  name: 'hotpotqa-aflow',
  description: 'AFlow on HotpotQA: the word overlap (F1) of the whole answer with the gold answer',
  score(answer: string, query: Query) {
    return { score: tokenOverlap(squadTokens(answer), squadTokens(query.reference)), extracted: answer };
  },
} satisfies Scorer;

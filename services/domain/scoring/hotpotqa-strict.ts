import type { Query } from '../benchmark.ts';
import { withoutRemark } from '../replies/without-aside.ts';
import { bestMarked } from './best-marked.ts';
import type { Scorer } from './scorer.ts';
import { tokenOverlap } from './token-overlap.ts';
import { bestReading, hotpotqaReaders, type Tokens } from './word-answer.ts';
import { yesOrNo } from './yes-or-no.ts';

const decisions = new Set(['yes', 'no', 'noanswer']);

/**
 * HotpotQA's official measure, on the answer that is marked as final: word overlap, but yes and no are either right or wrong. A
 * reader takes "Yes, both are" and "Both are, so yes" for yes; the official measure does not.
 */
export const hotpotqaStrict = {
  name: 'hotpotqa-strict',
  description: "HotpotQA's F1 on the marked answer; yes and no are right or wrong, nothing between",
  score(answer: string, query: Query) {
    const decided = decisionOf(hotpotqaReaders[0]?.(query.reference) ?? []);
    const scoreOf = (text: string) => {
      if (decided !== undefined) return (yesOrNo(text) ?? text.trim().toLowerCase()) === decided ? 1 : 0;
      return bestReading(hotpotqaReaders, (read) => overlap(read(text), read(query.reference)));
    };
    return bestMarked(answer, (extracted) => Math.max(scoreOf(extracted), scoreOf(withoutRemark(extracted) ?? '')));
  },
} satisfies Scorer;

function overlap(answer: Tokens, expected: Tokens): number {
  return decisionOf(answer) === undefined ? tokenOverlap(answer, expected) : 0;
}

function decisionOf(tokens: Tokens): string | undefined {
  const [first = ''] = tokens;
  return tokens.length === 1 && decisions.has(first) ? first : undefined;
}

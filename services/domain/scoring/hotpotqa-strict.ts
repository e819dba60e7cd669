import type { Query } from '../benchmark.ts';
import { withoutRemark } from '../replies/without-aside.ts';
import { bestMarked } from './best-marked.ts';
import type { Scorer } from './scorer.ts';
import { tokenOverlap } from './token-overlap.ts';
import { bestReading, hotpotqaReaders, type Tokens } from './word-answer.ts';

const decisions = new Set(['yes', 'no', 'noanswer']);

/**
 * HotpotQA's official measure, on the answer that is marked as final: word overlap, but yes and no are either right or wrong. A
 * reader takes the first word of "Yes, both are" as the answer, and the last of "Both are, so yes"; the official measure does
 * not.
 */
export const hotpotqaStrict = {
  name: 'hotpotqa-strict',
  description: "HotpotQA's F1 on the marked answer; yes and no are right or wrong, nothing between",
  score(answer: string, query: Query) {
    const scoreOf = (text: string) =>
      bestReading(hotpotqaReaders, (read) => overlapOrDecision(read(text), read(query.reference)));
    return bestMarked(answer, (extracted) => Math.max(scoreOf(extracted), scoreOf(withoutRemark(extracted) ?? '')));
  },
} satisfies Scorer;

function overlapOrDecision(answer: Tokens, expected: Tokens): number {
  const decided = decisionOf(expected);
  if (decided !== undefined) return decisionIn(answer) === decided ? 1 : 0;
  return decisionOf(answer) === undefined ? tokenOverlap(answer, expected) : 0;
}

/** "Yes, both are" and "Both are, so yes". */
function decisionIn(tokens: Tokens): string | undefined {
  const [first = ''] = tokens;
  const [before = '', last = ''] = tokens.slice(-2);
  if (decisions.has(first)) return first;
  return /^(?:so|therefore|thus|hence)$/.test(before) && decisions.has(last) ? last : undefined;
}

function decisionOf(tokens: Tokens): string | undefined {
  const [first = ''] = tokens;
  return tokens.length === 1 && decisions.has(first) ? first : undefined;
}

import type { Query } from '../benchmark.ts';
import { finalNumber } from './final-number.ts';
import { readNumbers } from './read-number.ts';
import { isSameNumber } from './same-number.ts';
import type { Scorer } from './scorer.ts';

/** For gold answers that are not whole numbers; whole numbers are compared exactly. */
const tolerance = 1e-6;

/** What a careful person would accept: the answer that the text marks as final, otherwise the last number in it. */
export const gsm8kStrict = {
  name: 'gsm8k-strict',
  description: 'the marked final answer (boxed, ####, "answer is", bold), else the last number; units and notation do not matter',
  score(answer: string, query: Query) {
    const extracted = finalNumber(answer);
    const expected = readNumbers(query.reference).at(-1);
    if (extracted === undefined) return { score: 0, extracted: '' };
    return {
      score: expected !== undefined && isSameNumber(extracted, expected, tolerance) ? 1 : 0,
      extracted: extracted.text,
    };
  },
} satisfies Scorer;

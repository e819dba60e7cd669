import type { KnownQuery } from '../known-query.ts';
import type { AnswerKind } from './answer-kind.ts';
import { latexAnswer } from './latex-answer.ts';
import { numberIn } from './near-number.ts';
import { numberAnswer } from './number-answer.ts';
import { programAnswer } from './program-answer.ts';
import { wordsAnswer } from './words-answer.ts';

/** Kinds by how the names of the scorers begin that judge them. */
const byScorer: readonly (readonly [string, AnswerKind])[] = [
  ['gsm8k-', numberAnswer],
  ['math-', latexAnswer],
  ['drop-', wordsAnswer],
  ['hotpotqa-', wordsAnswer],
  ['humaneval-', programAnswer],
  ['mbpp-', programAnswer],
];

/** What kind of answer a query asks for; if a user's scorer judges it, the reference decides. */
export function kindOf({ benchmark, query, solution }: KnownQuery): AnswerKind {
  const listed = byScorer.find(([prefix]) => benchmark.scorer.startsWith(prefix))?.[1];
  if (listed !== undefined) return listed;
  if (solution !== undefined) return programAnswer;
  if (numberIn(query.reference) !== undefined) return numberAnswer;
  return query.reference.includes('\\boxed{') ? latexAnswer : wordsAnswer;
}

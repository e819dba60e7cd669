import { kindOf } from '../answers/kind-of.ts';
import type { Question } from '../question.ts';
import { shownSolution } from './shown-solution.ts';
import { answerTo } from './solve.ts';
import { withoutQuery } from './without-query.ts';

/** How often the answer comes in a sentence all the same. */
const wordyShare = 0.03;

/** The final answer of the solution that is shown; where it cannot be seen, one of its own. */
export function format(question: Question): string {
  const { known, prompt, random } = question;
  if (known === undefined) return withoutQuery(question);
  const answer = kindOf(known).final(shownSolution(prompt), known) ?? answerTo(known, question);
  return `<answer>${random.next() < wordyShare ? `The answer is ${answer}.` : answer}</answer>`;
}

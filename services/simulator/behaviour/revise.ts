import { attempt } from './attempt.ts';
import type { Question } from './question.ts';
import { shownSolution } from './review.ts';
import { finalAnswer, sameAnswer } from './shown-answer.ts';
import { finalLine, withoutQuery } from './solve.ts';
import { workingText } from './working-text.ts';

/** How often a right solution survives feedback that calls it wrong. */
const resists = 0.7;
/** Logits that feedback adds to another attempt. */
const feedbackHelp = 0.4;

export function revise(question: Question): string {
  const { known, model, random } = question;
  if (known === undefined) return `<solution>${withoutQuery(question)}</solution>`;
  const earlier = finalAnswer(shownSolution(question.prompt), known.query.reference);
  const right = earlier !== undefined && sameAnswer(earlier, known.query.reference);
  const form = { ...question.form, steps: true, checking: true, brief: false };
  const keeps = right && random.next() < resists;
  const answer = keeps ? known.query.reference : attempt(known, model, form, feedbackHelp, random);
  return `<solution>${workingText(known, true, random)}\n\n${finalLine(answer, { ...question, form })}</solution>`;
}

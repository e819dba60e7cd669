import { kindOf } from '../answers/kind-of.ts';
import type { Question } from '../question.ts';
import { drawAnswer } from './draw-answer.ts';
import { shownSolution } from './shown-solution.ts';
import { withoutQuery } from './without-query.ts';

/** How often a right solution survives feedback that calls it wrong. */
const resists = 0.7;
/** Logits that feedback adds to another try. */
const feedbackHelp = 0.4;

export function revise(question: Question): string {
  const { known, model, random } = question;
  if (known === undefined) return `<solution>${withoutQuery(question)}</solution>`;
  const kind = kindOf(known);
  const solution = shownSolution(question.prompt).trim();
  const earlier = kind.final(solution, known);
  const isRight = earlier !== undefined && kind.isRight(earlier, known);
  const form = { ...question.form, steps: true, checking: true, brief: false };
  const keeps = isRight && random.next() < resists;
  const answer = keeps ? kind.right(known, random) : drawAnswer(known, model, form, feedbackHelp, random);
  // An answer alone stays one.
  const shown = solution === earlier ? answer : kind.reply(answer, known, { ...question, form });
  return `<solution>${shown}</solution>`;
}

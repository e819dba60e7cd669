import { kindOf } from '../answers/kind-of.ts';
import { pick } from '../pick.ts';
import type { Question } from '../question.ts';
import { drawAnswer } from './draw-answer.ts';
import { withoutQuery } from './without-query.ts';

/** Logits that an error message adds to another try. */
const errorHelp = 1.5;
/** How often a fix comes to the same program again. */
const stuckShare = 0.15;

const remarks = [
  'The function gives a wrong result in one of the cases that the tests check.',
  'One of the conditions is not what the task asks for; it is mended below.',
  'The error shows that a case is not handled.',
];

/** The reply to test, which shows a function and its error: fixed more often than a function is right at first. */
export function correctProgram(question: Question): string {
  const { known, model, form, prompt, random } = question;
  if (known === undefined) return withoutQuery(question);
  const kind = kindOf(known);
  const shown = (prompt.split(/^Function:$/m).at(-1) ?? '').trim();
  const isStuck = random.next() < stuckShare && !kind.isRight(shown, known);
  const program = isStuck ? shown : drawAnswer(known, model, form, errorHelp, random);
  return `${pick(remarks, random)}\n\n\`\`\`python\n${program.trim()}\n\`\`\``;
}

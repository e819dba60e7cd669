import { kindOf } from '../answers/kind-of.ts';
import type { Question } from '../question.ts';
import { answerTo } from './solve.ts';
import { withoutQuery } from './without-query.ts';

/** Sometimes the tags are forgotten, as models do; the operator finds the answer in a last line. */
const forgottenTagsShare = 0.02;

export function answerGenerate(question: Question): string {
  const { known, random } = question;
  if (known === undefined) return withoutQuery(question);
  const form = { ...question.form, steps: true, brief: false };
  const answer = answerTo(known, { ...question, form });
  const working = kindOf(known).working(known, true, random);
  if (random.next() < forgottenTagsShare) return `${working}\n\nFinal answer: ${answer}`;
  return `<thought>${working}</thought>\n<answer>${answer}</answer>`;
}

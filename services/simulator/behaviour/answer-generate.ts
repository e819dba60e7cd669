import type { Question } from './question.ts';
import { tryQuery, unknownQuery } from './solve.ts';
import { workingText } from './working-text.ts';

/** Sometimes the tags are forgotten, as models do; the operator finds the answer in a last line. */
const forgottenTagsShare = 0.02;

export function answerGenerate(question: Question): string {
  const tried = tryQuery(question);
  const { known, random } = question;
  if (tried === undefined || known === undefined) return unknownQuery(question);
  const working = workingText(known, true, random);
  if (random.next() < forgottenTagsShare) return `${working}\n\nFinal answer: ${tried.answer}`;
  return `<thought>${working}</thought>\n<answer>${tried.answer}</answer>`;
}

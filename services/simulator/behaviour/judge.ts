import { pick } from '../pick.ts';
import type { Question } from '../question.ts';
import { candidatesIn, inShort } from './candidates.ts';
import { solvingProbability } from './draw-answer.ts';

/** Logits that seeing all solutions side by side adds to seeing which one is right. */
const comparisonHelp = 0.4;

/** Picks the solution that looks best: a right one about as often as it could solve the query, otherwise any. */
export function judge(question: Question): string {
  const { known, random } = question;
  const candidates = candidatesIn(question);
  if (candidates.length === 0) return 'There are no solutions to choose from.';
  const right = candidates.filter(({ isRight }) => isRight);
  const seesIt = known !== undefined && random.next() < solvingProbability(known, question.model, question.form, comparisonHelp);
  const chosen = pick(seesIt && right.length > 0 ? right : candidates, random);
  return `<thought>${inShort(chosen.answer)} follows from the problem without a gap; the others leave something open.</thought>\n<choice>${chosen.letter}</choice>`;
}

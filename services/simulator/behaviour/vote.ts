import { pick } from '../pick.ts';
import type { Question } from '../question.ts';
import { candidatesIn, inShort } from './candidates.ts';
import { solvingProbability } from './draw-answer.ts';

const miscountShare = 0.03;

/**
 * Picks the answer that most solutions give; of equally frequent ones, the right one about as often as it could solve the query.
 */
export function vote(question: Question): string {
  const { known, random } = question;
  const candidates = candidatesIn(question);
  const most = Math.max(...candidates.map(({ votes }) => votes));
  const leading = random.next() < miscountShare ? candidates : candidates.filter(({ votes }) => votes === most);
  const right = leading.find(({ isRight }) => isRight);
  const seesIt = known !== undefined && random.next() < solvingProbability(known, question.model, question.form, 0);
  if (leading.length === 0) return 'There are no solutions to choose from.';
  const chosen = right !== undefined && seesIt ? right : pick(leading, random);
  const counted = candidates.map(({ letter, answer }) => `${letter}: ${inShort(answer)}`).join(', ');
  return `<thought>The final answers are ${counted}. Most agree on ${inShort(chosen.answer)}.</thought>\n<choice>${chosen.letter}</choice>`;
}

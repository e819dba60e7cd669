import { kindOf } from '../answers/kind-of.ts';
import type { Question } from '../question.ts';
import { shownSolution } from './shown-solution.ts';

const falseAlarmShare = 0.03;
/** How often a wrong solution is seen through: models are lenient with what looks like their own work. */
const detectionShare = 0.45;
/** Characters of an answer that feedback quotes. */
const quoted = 60;

export function review({ known, random, prompt }: Question): string {
  if (known === undefined)
    return '<feedback>The problem is not stated, so the solution cannot be judged.</feedback>\n<passed>true</passed>';
  const kind = kindOf(known);
  const answer = kind.final(shownSolution(prompt), known);
  const isRight = answer !== undefined && kind.isRight(answer, known);
  const passed = random.next() >= (isRight ? falseAlarmShare : detectionShare);
  const named = answer === undefined || answer.length > quoted ? '' : ` ${answer}`;
  const feedback = passed
    ? `The steps follow from the problem and the final answer${named} is consistent with them.`
    : `The final answer${named || ' (missing)'} does not follow: something is counted twice or left out. Work it out again from what the problem states.`;
  return `<feedback>${feedback}</feedback>\n<passed>${passed}</passed>`;
}

import type { Question } from './question.ts';
import { finalAnswer, sameAnswer } from './shown-answer.ts';

const falseAlarmShare = 0.03;
/** How often a wrong solution is seen through: models are lenient with what looks like their own work. */
const detectionShare = 0.45;

export function review(question: Question): string {
  const { known, random, prompt } = question;
  if (known === undefined)
    return '<feedback>The problem is not stated, so the solution cannot be judged.</feedback>\n<passed>true</passed>';
  const answer = finalAnswer(shownSolution(prompt), known.query.reference);
  const right = answer !== undefined && sameAnswer(answer, known.query.reference);
  const passed = random.next() >= (right ? falseAlarmShare : detectionShare);
  const feedback = passed
    ? `The steps follow from the problem and the final answer ${answer ?? ''} is consistent with them.`
    : `The final answer ${answer ?? '(missing)'} does not follow: one of the quantities is counted twice or left out. Recompute it from what the problem states.`;
  return `<feedback>${feedback}</feedback>\n<passed>${passed}</passed>`;
}

/** What stands under "Solution:" in the prompts of review and revise, without feedback that follows. */
export function shownSolution(prompt: string): string {
  return (prompt.split(/^Solution:$/m).at(-1) ?? '').split(/^Feedback:$/m)[0] ?? '';
}

import { kindOf } from '../answers/kind-of.ts';
import type { KnownQuery } from '../known-query.ts';
import type { Question } from '../question.ts';

/** How often a judge takes a right answer for a wrong one, or the other way round. */
const misjudgedShare = 0.08;

/** Judges the last answer that a judge's prompt shows. */
export function verdict({ known, prompt, random }: Question): string {
  const best = Number(/from 0 \(worst\) to (\d+(?:\.\d+)?) \(best\)/.exec(prompt)?.[1] ?? 1);
  const [task = ''] = prompt.split(/^Reply in exactly this form/m);
  const isRight = known !== undefined && holdsRight(task, known);
  const isTaken = random.next() < misjudgedShare ? !isRight : isRight;
  const reason = isTaken ? 'The answer says what the reference says.' : 'The answer does not say what the reference says.';
  return `<reason>${reason}</reason>\n<score>${isTaken ? best : 0}</score>`;
}

function holdsRight(task: string, known: KnownQuery): boolean {
  const kind = kindOf(known);
  const answer = kind.final(task, known);
  return answer !== undefined && kind.isRight(answer, known);
}

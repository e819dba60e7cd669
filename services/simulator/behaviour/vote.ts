import { solutionLabel } from '../../domain/operators/sc-ensemble.ts';
import { solvingProbability } from './attempt.ts';
import type { Question } from './question.ts';
import { finalAnswer, sameAnswer } from './shown-answer.ts';
import { pick } from './working-text.ts';

const miscountShare = 0.03;

interface Candidate {
  readonly letter: string;
  readonly answer: string;
  readonly votes: number;
}

/** Picks the answer that most solutions give; of equally frequent ones, the right one about as often as it could solve the query. */
export function vote(question: Question): string {
  const { known, random } = question;
  const candidates = candidatesIn(question.prompt, known?.query.reference ?? '0');
  const most = Math.max(...candidates.map(({ votes }) => votes));
  const leading = random.next() < miscountShare ? candidates : candidates.filter(({ votes }) => votes === most);
  const right = leading.find(({ answer }) => known !== undefined && sameAnswer(answer, known.query.reference));
  const seesIt = known !== undefined && random.next() < solvingProbability(known, question.model, question.form, 0);
  const chosen = right !== undefined && seesIt ? right : pick(leading, random);
  if (chosen === undefined) return 'There are no solutions to choose from.';
  const counted = candidates.map(({ letter, answer }) => `${letter}: ${answer}`).join(', ');
  return `<thought>The final answers are ${counted}. Most agree on ${chosen.answer}.</thought>\n<choice>${chosen.letter}</choice>`;
}

function candidatesIn(prompt: string, reference: string): Candidate[] {
  const solutions = [...prompt.matchAll(new RegExp(`^${solutionLabel('([A-Z])')}$`, 'gm'))];
  const answers = solutions.map((match, index) => ({
    letter: match[1] ?? '',
    answer: finalAnswer(prompt.slice(match.index + match[0].length, solutions[index + 1]?.index), reference) ?? 'none',
  }));
  return answers.map((one) => ({ ...one, votes: answers.filter((other) => sameAnswer(one.answer, other.answer)).length }));
}

import { computingProgram, failingProgram } from '../answers/computing-program.ts';
import { kindOf } from '../answers/kind-of.ts';
import { programAnswer } from '../answers/program-answer.ts';
import { pick } from '../pick.ts';
import type { Question } from '../question.ts';
import { drawAnswer } from './draw-answer.ts';
import { withoutQuery } from './without-query.ts';

/** How often a program raises: at first, and after its error has been shown. */
const failingShare = { first: 0.09, repaired: 0.12 };

const openings = ['The following program computes the answer.', 'Let us compute it step by step.', ''];

/** The reply to programmer: a program whose solve() gives the right answer or a wrong one, or raises. */
export function writeProgram(question: Question): string {
  const { known, model, form, prompt, random } = question;
  if (known === undefined) return withoutQuery(question);
  const kind = kindOf(known);
  if (kind === programAnswer) return kind.reply(drawAnswer(known, model, form, 0, random), known, question);
  const isRepair = /^It failed:$/m.test(prompt);
  const analysis = /^Analysis:\n([\s\S]*?)^Problem:$/m.exec(prompt)?.[1];
  const shown = analysis === undefined ? undefined : kind.final(analysis, known);
  const seen = shown !== undefined && kind.isRight(shown, known) ? rightAnalysisHelp : 0;
  const program = computingProgram(drawAnswer(known, model, form, kind.worth.program + seen, random), known, random);
  const fails = random.next() < (isRepair ? failingShare.repaired : failingShare.first);
  const block = `\`\`\`python\n${fails ? failingProgram(program, random) : program}\n\`\`\``;
  return [pick(openings, random), block].filter((part) => part !== '').join('\n\n');
}

/** Logits that a right analysis adds. */
const rightAnalysisHelp = 2.5;

import type { Random } from '../../domain/ports.ts';
import type { KnownQuery } from '../query-index.ts';
import { attempt } from './attempt.ts';
import { numberIn, numbersOf } from './near-miss.ts';
import { inWords } from './number-words.ts';
import type { Question } from './question.ts';
import { markedAnswer, sameAnswer } from './shown-answer.ts';
import { pick, workingText } from './working-text.ts';

/** Logits that a think block and an earlier solution in the prompt add. */
const thinkingHelp = 0.4;
const earlierWorkHelp = 0.5;
/** How often a model that sees a right solution stays with it. */
const keepsRightAnswer = 0.96;
/** How often an unmarked answer is followed by another number, which a scorer then takes for the answer. */
const buriedShare = 0.07;
const forgottenMarkShare = 0.015;

/** The reply to a prompt that asks for a query's solution. */
export function solve(question: Question): string {
  const { form, known, random } = question;
  if (known === undefined) return withoutQuery(question);
  const final = finalLine(answerTo(known, question), question);
  return form.brief ? final : `${workingText(known, form.steps, random)}${form.steps ? '\n\n' : ' '}${final}`;
}

/** The answer to the prompt's query. A solution that the prompt already shows is repeated, or built upon. */
export function answerTo(known: KnownQuery, { model, prompt, form, thinking, random }: Question): string {
  const earlier = markedAnswer(prompt, known.query.reference);
  const keeps = random.next() < keepsRightAnswer;
  // Asked for the answer alone, a model only copies what is there.
  if (earlier !== undefined && (form.brief || (keeps && sameAnswer(earlier, known.query.reference)))) return earlier;
  const help = (thinking ? thinkingHelp : 0) + (earlier === undefined ? 0 : earlierWorkHelp);
  return attempt(known, model, form, help, random);
}

export function finalLine(answer: string, question: Question): string {
  const { form, known, random } = question;
  const value = numberIn(answer);
  if (form.inWords && value !== undefined) return `The final answer is ${inWords(value)}.`;
  const forgets = random.next() < forgottenMarkShare;
  if (form.mark === 'boxed' && !forgets) return `The final answer is \\boxed{${answer}}.`;
  if (form.mark === 'tag' && !forgets) return `<answer>${answer}</answer>`;
  if (form.brief) return answer;
  const other = known === undefined ? undefined : lastOther(numbersOf(known), value);
  if (value !== undefined && other !== undefined && random.next() < buriedShare) return buried(answer, other, random);
  return pick([`Therefore, the answer is ${answer}.`, `So the result is **${answer}**.`, `**Answer: ${answer}**`], random);
}

function buried(answer: string, other: number, random: Random): string {
  return pick(
    [
      `So the result is **${answer}**, where the ${other} from the question is already taken into account.`,
      `This gives ${answer} in the end, starting from the ${other} mentioned above.`,
    ],
    random,
  );
}

function lastOther(numbers: readonly number[], value: number | undefined): number | undefined {
  return numbers.findLast((number) => number !== value);
}

/** Without a query that it knows, it can at most repeat an answer that is shown. */
export function withoutQuery(question: Question): string {
  const shown = markedAnswer(question.prompt, '0');
  if (shown !== undefined) return finalLine(shown, question);
  return pick(
    [
      'It seems that the question itself is missing. Please share the full problem so that I can solve it.',
      'I am ready to help. Could you provide the problem that you would like me to solve?',
      'There is not enough information here to work out an answer.',
    ],
    question.random,
  );
}

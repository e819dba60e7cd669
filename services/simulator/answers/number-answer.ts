import type { Random } from '../../domain/ports.ts';
import type { KnownQuery } from '../known-query.ts';
import { pick } from '../pick.ts';
import type { Question } from '../question.ts';
import type { AnswerKind } from './answer-kind.ts';
import { nearNumber, numberIn, numbersOf } from './near-number.ts';
import { inWords } from './number-words.ts';
import { numberWorking } from './number-working.ts';

/** How often an unmarked answer is followed by another number, which a scorer then takes for the answer. */
const buriedShare = 0.07;
const forgottenMarkShare = 0.015;

/** One number: word problems. Tuned on GSM8K: a bare question scores about .8, one that asks for steps and a mark .9 and more. */
export const numberAnswer: AnswerKind = {
  worth: { base: -0.55, steps: 0.55, checking: 0.2, mark: 0.2, brief: -1.1, program: 0.5 },
  right: ({ query }) => query.reference.trim(),
  wrong: (known, random) => String(nearNumber(numberOf(known), known, random)),
  isRight: (answer, known) => isClose(numberIn(answer), numberOf(known)),
  key: (answer) => String(numberIn(answer) ?? answer.trim().toLowerCase()),
  marked: (text) => markedNumber(text),
  final: (solution) => markedNumber(solution) ?? solution.match(/-?\d[\d,]*(?:\.\d+)?/g)?.at(-1),
  working: numberWorking,
  reply: (answer, known, question) => {
    const { form, random } = question;
    const final = finalLine(answer, question);
    return form.brief ? final : `${numberWorking(known, form.steps, random)}${form.steps ? '\n\n' : ' '}${final}`;
  },
};

const numberOf = (known: KnownQuery): number => numberIn(known.query.reference) ?? Number.NaN;

function isClose(left: number | undefined, right: number): boolean {
  return left !== undefined && Math.abs(left - right) <= 1e-6;
}

const markedForms = [
  /\\boxed\{([^{}]*)\}/g,
  /<answer>\s*([^<]*?)\s*<\/answer>/gi,
  /\banswer(?: is|:)\**\s*\**\$?(-?[\d,]*\.?\d+)/gi,
];

function markedNumber(text: string): string | undefined {
  for (const form of markedForms) {
    const last = [...text.matchAll(form)]
      .map((match) => (match[1] ?? '').trim())
      .findLast((answer) => numberIn(answer) !== undefined);
    if (last !== undefined) return last;
  }
  return undefined;
}

function finalLine(answer: string, { form, known, random }: Question): string {
  const value = numberIn(answer);
  if (form.inWords && value !== undefined) return `The final answer is ${inWords(value)}.`;
  const forgets = random.next() < forgottenMarkShare;
  if (form.mark === 'boxed' && !forgets) return `The final answer is \\boxed{${answer}}.`;
  if (form.mark === 'tag' && !forgets) return `<answer>${answer}</answer>`;
  if (form.brief) return answer;
  const other = known === undefined ? undefined : numbersOf(known).findLast((number) => number !== value);
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

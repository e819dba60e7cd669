import type { Random } from '../../domain/ports.ts';
import { goldAnswers } from '../../domain/scoring/gold-answers.ts';
import { squadTokens } from '../../domain/scoring/token-overlap.ts';
import { type KnownQuery, mainText } from '../known-query.ts';
import { pick } from '../pick.ts';
import type { Question } from '../question.ts';
import type { AnswerKind } from './answer-kind.ts';
import { numberIn } from './near-number.ts';
import { nearWords, passageOf } from './near-words.ts';
import { inWords } from './number-words.ts';
import { sentencesOf } from './sentences.ts';

/**
 * How a question is answered if the prompt does not say how long: with the answer alone, in one sentence, or with an explanation.
 */
const unaskedForms = { alone: 0.08, sentence: 0.3 };
/** How often a right answer has a word more than needed. */
const wordyShare = 0.06;

/**
 * A few words, a number, yes or no: questions on a passage. Scorers compare words, so what counts most is that there is
 * nothing around the answer.
 */
export const wordsAnswer: AnswerKind = {
  worth: { base: 0.6, steps: 0.45, checking: 0.25, mark: 0, brief: 0, program: 0 },
  right: (known, random) => {
    const gold = golds(known)[0] ?? '';
    return random.next() < wordyShare ? wordy(gold, random) : gold;
  },
  wrong: (known, random) => nearWords(golds(known)[0] ?? '', known, random),
  isRight,
  key: (answer, known) => (isRight(answer, known) ? 'right' : squadTokens(answer).join(' ')),
  marked,
  final: (solution) => marked(solution) ?? sentencesOf(solution).at(-1),
  working,
  reply: (answer, known, question) => {
    const { form, random } = question;
    const value = numberIn(answer);
    const shown = form.inWords && value !== undefined ? inWords(value) : answer;
    if (form.brief) return shown;
    const draw = random.next();
    const isUnasked = !form.steps && !form.checking && form.mark === 'none';
    if (isUnasked && draw < unaskedForms.alone) return shown;
    const final = finalLine(shown, question);
    if (isUnasked && draw < unaskedForms.alone + unaskedForms.sentence) return final;
    return `${working(known, form.steps, random)}${form.steps ? '\n\n' : ' '}${final}`;
  },
};

/** Each of them is right. */
function golds({ query }: KnownQuery): string[] {
  return goldAnswers(query).map((gold) => gold.trim());
}

/** Says what a gold answer says, with at most three words around it. */
function isRight(answer: string, known: KnownQuery): boolean {
  const said = squadTokens(answer);
  return golds(known).some((gold) => {
    const wanted = squadTokens(gold);
    return said.length <= wanted.length + 3 && ` ${said.join(' ')} `.includes(` ${wanted.join(' ')} `);
  });
}

function wordy(gold: string, random: Random): string {
  return pick(
    numberIn(gold) === undefined ? [`It was ${gold}`, `${gold} itself`] : [`about ${gold}`, `${gold} in total`],
    random,
  );
}

const placeholder = /^(?:|\.\.\.|.*\b(?:answer|reasoning|here)\b.*)$/i;

function marked(text: string): string | undefined {
  const tagged = [...text.matchAll(/<answer>\s*([^<]*?)\s*<\/answer>|\\boxed\{([^{}]*)\}/gi)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
  const announced = [...text.matchAll(/\banswer(?: is|:)\**[ \t]*([^\n]{1,120}?)\**\.?\s*(?:\n|$)/gi)].map(
    (match) => match[1] ?? '',
  );
  for (const answers of [tagged, announced]) {
    const last = answers.findLast((answer) => !placeholder.test(answer.trim()));
    if (last !== undefined) return last.trim();
  }
  return undefined;
}

const openings = [
  'Let us look at what the passage says.',
  'To answer this, we need the relevant parts of the text.',
  'The text tells the following.',
];

function working(known: KnownQuery, steps: boolean, random: Random): string {
  // Bars would cut a text in two for DROP's scorer.
  const sentences = sentencesOf(passageOf(known).replaceAll('|', ' '));
  const quoted = Array.from({ length: steps ? 4 : 2 }, () => pick(sentences, random)).map((sentence) => sentence.slice(0, 220));
  const [question = ''] = sentencesOf(mainText(known))
    .filter((sentence) => sentence.endsWith('?'))
    .slice(-1);
  if (!steps) return [pick(openings, random), ...quoted].join(' ');
  const lines = quoted.map((sentence, index) => `${index + 1}. The text says: ${sentence}`);
  return [pick(openings, random), ...lines, `So we can answer: ${question}`].join('\n');
}

function finalLine(answer: string, { form, random }: Question): string {
  if (form.mark === 'boxed') return `The final answer is \\boxed{${answer}}.`;
  if (form.mark === 'tag') return `<answer>${answer}</answer>`;
  return pick(
    [`Therefore, the answer is ${answer}.`, `According to the passage, the answer is ${answer}.`, `**Answer:** ${answer}`],
    random,
  );
}

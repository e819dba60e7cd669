import { boxedTexts } from '../../domain/replies/boxes.ts';
import { type KnownQuery, mainText } from '../known-query.ts';
import { pick } from '../pick.ts';
import type { Question } from '../question.ts';
import type { AnswerKind } from './answer-kind.ts';
import { nearLatex } from './near-latex.ts';
import { numberIn } from './near-number.ts';
import { inWords } from './number-words.ts';
import { sentencesOf } from './sentences.ts';

/** How often the answer is boxed: models that know MATH mostly do it unasked. */
const boxedShare = { asked: 0.985, unasked: 0.9 };
/** How often a fraction is written as \dfrac, which not every scorer takes for the same. */
const displayShare = 0.03;

/** A short expression in LaTeX, in a box. Tuned on MATH's hardest level: a bare problem scores about .5, the best prompts .8. */
export const latexAnswer: AnswerKind = {
  worth: { base: -0.2, steps: 0.8, checking: 0.35, mark: 0.15, brief: -1.2, program: 1.1 },
  right: (known, random) => {
    const answer = officialAnswer(known);
    return random.next() < displayShare ? answer.replaceAll('\\frac', '\\dfrac') : answer;
  },
  wrong: (known, random) => nearLatex(officialAnswer(known), known, random),
  isRight: (answer, known) => plain(answer) === plain(officialAnswer(known)),
  key: plain,
  marked,
  final: (solution) =>
    marked(solution) ??
    solution
      .match(/\$([^$]+)\$/g)
      ?.at(-1)
      ?.slice(1, -1),
  working,
  reply: (answer, known, question) => {
    const { form } = question;
    const final = finalLine(answer, question);
    return form.brief ? final : `${working(known, form.steps)}${form.steps ? '\n\n' : ' '}${final}`;
  },
};

/** The answer in the box of the official solution. */
export function officialAnswer({ query }: KnownQuery): string {
  return (boxedTexts(query.reference).at(-1) ?? query.reference).trim();
}

/** The same for the ways of writing that mean the same. */
function plain(answer: string): string {
  return answer
    .replace(/\\[dt]frac/g, '\\frac')
    .replace(/\\frac\{([^{}]+)\}\{([^{}]+)\}/g, '$1/$2')
    .replace(/\\(?:left|right|text|mathrm|,|!| )|\^?\\circ|[\s${}]|\\?%|,(?=\d{3}\b)/g, '')
    .replace(/\.$/, '');
}

/** Words in the place where an answer should go. */
const placeholder = /^(?:|\.\.\.|\\?ldots|.*\b(?:answer|number|result|here)\b.*)$/i;

function marked(text: string): string | undefined {
  const announced = [...text.matchAll(/\banswer(?: is|:)\**\s*\$?([^$\n]{1,80}?)\$?\.?\s*(?:\n|$)/gi)].map(
    (match) => match[1] ?? '',
  );
  const tagged = [...text.matchAll(/<answer>\s*([^<]*?)\s*<\/answer>/gi)].map((match) => match[1] ?? '');
  for (const answers of [boxedTexts(text), tagged, announced]) {
    const last = answers.findLast((answer) => !placeholder.test(answer.trim()));
    if (last !== undefined) return last.trim();
  }
  return undefined;
}

/**
 * The official solution up to where it comes to the answer: a model would write much the same, even where it slips at the end.
 */
function working(known: KnownQuery, steps: boolean): string {
  const official = known.query.reference.replace(/\[asy\][\s\S]*?\[\/asy\]/g, '');
  const before = sentencesOf(official).filter((sentence) => !sentence.includes('\\boxed'));
  if (!steps) return ['We work out what is asked.', ...before.slice(0, 2)].join(' ');
  const [question = ''] = sentencesOf(mainText(known)).slice(-1);
  return ["Let's solve this step by step.", ...before.slice(0, 8), `Now we answer what is asked: ${question}`].join('\n');
}

function finalLine(answer: string, { form, random }: Question): string {
  const value = numberIn(answer);
  if (form.inWords && value !== undefined) return `The final answer is ${inWords(value)}.`;
  if (form.mark === 'tag') return `<answer>${answer}</answer>`;
  const isBoxed = random.next() < (form.mark === 'boxed' ? boxedShare.asked : boxedShare.unasked);
  if (isBoxed) return form.brief ? `\\boxed{${answer}}` : `Therefore, the answer is $\\boxed{${answer}}$.`;
  if (form.brief) return `$${answer}$`;
  return pick([`Therefore, the answer is $${answer}$.`, `So we get $${answer}$.`, `**Answer:** $${answer}$`], random);
}

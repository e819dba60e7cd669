import type { Random } from '../../domain/ports.ts';
import { defines, readProgram } from '../../domain/replies/read-program.ts';
import { type KnownQuery, mainText } from '../known-query.ts';
import { pick } from '../pick.ts';
import type { AnswerKind } from './answer-kind.ts';
import { functionAskedFor, knownPrograms } from './known-programs.ts';
import { plainPython } from './python-source.ts';
import { sentencesOf } from './sentences.ts';

/** How often a wrong program does not even parse. */
const misspeltShare = 0.06;

/** A Python function. Tuned on HumanEval and MBPP: a bare task scores about .87 and .69, the best workflows .98 and .9. */
export const programAnswer: AnswerKind = {
  worth: { base: -0.3, steps: 0.55, checking: 0.6, mark: 0, brief: -0.4, program: 0 },
  right: (known, random) => pick(knownPrograms(known).right, random),
  wrong: (known, random) => {
    const { wrong, misspelt } = knownPrograms(known);
    return pick(random.next() < misspeltShare && misspelt.length > 0 ? misspelt : wrong, random);
  },
  isRight: (answer, known) => knownPrograms(known).rightKeys.has(plainPython(answer)),
  key: (answer, known) => {
    const plain = plainPython(answer);
    return knownPrograms(known).rightKeys.has(plain) ? 'right' : plain;
  },
  marked: programIn,
  final: programIn,
  working,
  reply: (answer, known, question) => {
    const { form, random } = question;
    const block = `\`\`\`python\n${answer.trim()}\n\`\`\``;
    if (form.brief) return block;
    return [working(known, form.steps, random), block, pick(remarks, random)].filter((part) => part !== '').join('\n\n');
  },
};

const openings = [
  'Here is the function:',
  'Below is an implementation that does what is asked.',
  'This can be solved as follows.',
];
const remarks = [
  '',
  'The function handles the examples that the task gives.',
  'It goes over the input once and returns the result.',
];

/** The program in a text that defines the query's function. */
function programIn(text: string, { query }: KnownQuery): string | undefined {
  const program = readProgram(text);
  return defines(program, functionAskedFor(query)) ? program : undefined;
}

/** In words only: what looks like code would be taken for the program. */
function working(known: KnownQuery, steps: boolean, random: Random): string {
  if (!steps) return pick(openings, random);
  const task = mainText(known)
    .replace(/^.*(?:def |import |>>>|@|==|assert).*$/gm, '')
    .replace(/["'`]{3}/g, '');
  const points = sentencesOf(task).slice(0, 4);
  return [
    'Let us plan the function first.',
    ...points.map((point, index) => `${index + 1}. ${point}`),
    pick(openings, random),
  ].join('\n');
}

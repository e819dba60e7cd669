import { readChoice } from '../../replies/read-choice.ts';
import { scorerKind } from './scorer-kind.ts';

export const choice = scorerKind({
  name: 'choice',
  description:
    'the answer names the right one of several choices, as "B", "(B)", "Option B: …", in its marked answer or as its conclusion',
  options: { choices: { type: 'texts', default: ['A', 'B', 'C', 'D'], description: 'what a reference can be' } },
  create: (name, { choices }) => ({
    name,
    description: `one of ${choices.join(', ')}`,
    score(answer, { reference }) {
      const extracted = readChoice(answer, choices) ?? '';
      if (extracted === '') return { score: 0, extracted, feedback: `it names none of the choices ${choices.join(', ')}` };
      return { score: isSame(extracted, reference.trim()) ? 1 : 0, extracted };
    },
    faultOf: ({ reference }) =>
      choices.some((known) => isSame(known, reference.trim()))
        ? ''
        : `its reference "${reference}" is none of the choices ${choices.join(', ')}`,
  }),
});

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

import type { Query } from '../benchmark.ts';
import { announcedText } from '../replies/announced-text.ts';
import { boxedTexts } from '../replies/marked-answer.ts';
import { isSameMath } from './same-math.ts';
import type { Scorer } from './scorer.ts';

/** The same mathematics in whatever spelling. Rounded decimals are not the same: MATH asks for exact values. */
export const mathStrict = {
  name: 'math-strict',
  description:
    'the marked final answer (boxed, "answer is", last formula), equal as mathematics: notation and units do not matter',
  async score(answer: string, query: Query) {
    const extracted = finalFormula(answer);
    const expected = boxedTexts(query.reference).at(-1) ?? query.reference;
    return { score: (await isSameMath(extracted, expected)) ? 1 : 0, extracted };
  },
} satisfies Scorer;

const formula = /\$\$([\s\S]+?)\$\$|(?<!\\)\$([^$\n]+)\$|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\)/g;

/** The answer is near the end; what is longer would only take time. */
const longestEnd = 20_000;

function finalFormula(answer: string): string {
  const end = answer.slice(-longestEnd);
  const boxed = boxedTexts(end).findLast((text) => text.trim() !== '');
  if (boxed !== undefined) return boxed;
  const announced = announcedText(end);
  if (announced !== undefined) return formulasIn(announced).at(0) ?? announced;
  const lastLine = end.trim().split('\n').at(-1) ?? '';
  return formulasIn(lastLine).at(-1) ?? formulasIn(end).at(-1) ?? lastLine;
}

function formulasIn(text: string): string[] {
  return [...text.matchAll(formula)].map((match) => match[1] ?? match[2] ?? match[3] ?? match[4] ?? '');
}

import { bestFor, comparedWords, judgedText, markedOption, missingReference, textOptions } from './compared-text.ts';
import { scorerKind } from './scorer-kind.ts';

export const contains = scorerKind({
  name: 'contains',
  description: 'the words of the reference stand together somewhere in the answer',
  options: { ...textOptions, marked: { ...markedOption, default: false } },
  create: (name, options) => ({
    name,
    description: 'the reference stands in the answer',
    takesSeveral: true,
    score(answer, query) {
      const extracted = judgedText(answer, options);
      const words = ` ${comparedWords(extracted, options).join(' ')} `;
      const holds = (expected: readonly string[]) => expected.length > 0 && words.includes(` ${expected.join(' ')} `);
      return { score: bestFor(query, options, (expected) => (holds(expected) ? 1 : 0)), extracted };
    },
    faultOf: (query) => missingReference(query, options),
  }),
});

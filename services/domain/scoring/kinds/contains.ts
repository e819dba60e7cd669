import { bestFor, bestJudged, markedOption, missingReference, textOptions } from './compared-text.ts';
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
      return bestJudged(answer, options, (words, read) => {
        const text = ` ${words.join(' ')} `;
        const holds = (expected: readonly string[]) => expected.length > 0 && text.includes(` ${expected.join(' ')} `);
        return bestFor(query, read, (expected) => (holds(expected) ? 1 : 0));
      });
    },
    faultOf: (query) => missingReference(query, options),
  }),
});

import { bestFor, comparedWords, judgedText, markedOption, missingReference, textOptions } from './compared-text.ts';
import { scorerKind } from './scorer-kind.ts';

export const exactMatch = scorerKind({
  name: 'exact-match',
  description: 'the answer is the reference, word by word',
  options: { ...textOptions, marked: markedOption },
  create: (name, options) => ({
    name,
    description: 'the answer is the reference, word by word',
    takesSeveral: true,
    score(answer, query) {
      const extracted = judgedText(answer, options);
      const words = comparedWords(extracted, options).join(' ');
      return { score: bestFor(query, options, (expected) => (expected.join(' ') === words ? 1 : 0)), extracted };
    },
    faultOf: (query) => missingReference(query, options),
  }),
});

import { bestFor, bestJudged, markedOption, missingReference, textOptions, withoutCurrency } from './compared-text.ts';
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
      return bestJudged(answer, options, (words, read) =>
        bestFor(query, read, (expected) => {
          const [own, wanted] = withoutCurrency(words, expected);
          return wanted.join(' ') === own.join(' ') ? 1 : 0;
        }),
      );
    },
    faultOf: (query) => missingReference(query, options),
  }),
});

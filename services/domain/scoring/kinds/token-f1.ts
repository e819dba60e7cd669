import { tokenOverlap } from '../token-overlap.ts';
import { bestFor, bestJudged, markedOption, missingReference, textOptions, withoutCurrency } from './compared-text.ts';
import { scorerKind } from './scorer-kind.ts';

export const tokenF1 = scorerKind({
  name: 'token-f1',
  description: 'the overlap of the words of answer and reference: the harmonic mean of precision and recall',
  options: { ...textOptions, marked: markedOption },
  create: (name, options) => ({
    name,
    description: 'word overlap (F1) of the answer with the reference',
    takesSeveral: true,
    score(answer, query) {
      return bestJudged(answer, options, (words, read) =>
        bestFor(query, read, (expected) => tokenOverlap(...withoutCurrency(words, expected))),
      );
    },
    faultOf: (query) => missingReference(query, options),
  }),
});

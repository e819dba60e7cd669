import { bestFor, comparedWords, textOptions } from './compared-text.ts';
import { scorerKind } from './scorer-kind.ts';

/**
 * Only the length of the text limits the time of a pattern, and an executor waits for it: one that backtracks endlessly, such as
 * (a+)+b, would block it. What counts in a long answer is at its end.
 */
const longestSearched = 20_000;

export const pattern = scorerKind({
  name: 'pattern',
  description:
    'the last place in the answer that matches a regular expression (its first group, if it has one) is the reference; ' +
    'without a reference, a match is enough',
  options: {
    pattern: { type: 'text', description: 'a regular expression of JavaScript, with the flags u and m' },
    ...textOptions,
  },
  create: (name, options) => {
    const expression = compiled(options.pattern, options.ignore.includes('case'));
    return {
      name,
      description: `what matches ${options.pattern} is the reference`,
      takesSeveral: true,
      score(answer, query) {
        const match = [...answer.slice(-longestSearched).matchAll(expression)].at(-1);
        if (match === undefined)
          return { score: 0, extracted: '', feedback: `nothing in it matches the pattern ${options.pattern}` };
        const extracted = (match[1] ?? match[0]).trim();
        if (query.reference.trim() === '') return { score: 1, extracted };
        const words = comparedWords(extracted, options).join(' ');
        return { score: bestFor(query, options, (expected) => (expected.join(' ') === words ? 1 : 0)), extracted };
      },
    };
  },
});

function compiled(source: string, ignoreCase: boolean): RegExp {
  try {
    return new RegExp(source, ignoreCase ? 'gimu' : 'gmu');
  } catch (cause) {
    throw new RangeError(`pattern is no regular expression: ${(cause as Error).message}`, { cause });
  }
}

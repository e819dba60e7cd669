import { finalNumber } from '../final-number.ts';
import { readNumbers } from '../read-number.ts';
import { isSameNumber } from '../same-number.ts';
import { scorerKind } from './scorer-kind.ts';

const defaultTolerance = 1e-6;
/** Of a small reference even the default tolerance is much: it is never more than this share of one. */
const mostOfReference = 1e-4;

export const number = scorerKind({
  name: 'number',
  description: 'the marked number of the answer, else its last one, is the number of the reference within a tolerance',
  options: {
    tolerance: {
      type: 'number',
      default: defaultTolerance,
      low: 0,
      high: 1e12,
      description: 'largest difference that is right; as long as it is the default, 0.01 % of the reference at most',
    },
    relative: {
      type: 'number',
      default: 0,
      low: 0,
      high: 1,
      description: 'the same as a share of the reference, e.g. 0.01 for 1 %; the larger of the two counts',
    },
  },
  create: (name, { tolerance, relative }) => ({
    name,
    description: `the final number within ${tolerance}${relative === 0 ? '' : ` or ${relative} of the reference`}`,
    score(answer, { reference }) {
      const found = finalNumber(answer);
      const expected = readNumbers(reference).at(-1);
      if (found === undefined || expected === undefined) return { score: 0, extracted: found?.text ?? '' };
      const size = Math.abs(expected.value);
      const atMost = tolerance === defaultTolerance && size > 0 ? mostOfReference * size : tolerance;
      const allowed = Math.max(Math.min(tolerance, atMost), relative * size);
      return { score: isSameNumber(found, expected, allowed) ? 1 : 0, extracted: found.text };
    },
    faultOf: ({ reference }) => (readNumbers(reference).length === 0 ? `its reference "${reference}" holds no number` : ''),
  }),
});

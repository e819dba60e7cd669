import { finalNumber } from '../final-number.ts';
import { readNumbers } from '../read-number.ts';
import { isSameNumber } from '../same-number.ts';
import { scorerKind } from './scorer-kind.ts';

const defaultTolerance = 1e-6;
/** For a small reference even the default tolerance is large: it is never more than this share of the reference. */
const mostOfReference = 1e-4;

/** 12,5 would be read as two numbers, and 12,500 is one. */
const decimalComma = /^\s*[-+\u2212]?\s*[$€£]?\s*\d+,(?!\d{3}(?:\s|$|%|€))\d+\s*(?:%|[$€£])?\s*$/;

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
      description: 'the same as a share of the reference: 0.01 is 1 %; the larger of the two counts',
    },
  },
  create: (name, { tolerance, relative }) => ({
    name,
    description: `the final number within ${tolerance}${relative === 0 ? '' : ` or ${relative} of the reference`}`,
    takesSeveral: true,
    score(answer, { reference, rightAnswers = [reference] }) {
      const found = finalNumber(answer);
      if (found === undefined) return { score: 0, extracted: '', feedback: 'no number was found in it' };
      const isRight = rightAnswers.some((right) => {
        const expected = readNumbers(right).at(-1);
        if (expected === undefined) return false;
        const size = Math.abs(expected.value);
        const atMost = tolerance === defaultTolerance && size > 0 ? mostOfReference * size : tolerance;
        return isSameNumber(found, expected, Math.max(Math.min(tolerance, atMost), relative * size));
      });
      return { score: isRight ? 1 : 0, extracted: found.text };
    },
    faultOf: ({ reference, rightAnswers = [reference] }) => {
      const without = rightAnswers.find((right) => readNumbers(right).length === 0);
      if (without !== undefined) return `its reference "${without}" holds no number`;
      const comma = rightAnswers.find((right) => decimalComma.test(right));
      return comma === undefined ? '' : `its reference "${comma}" has a comma where a decimal point must be`;
    },
  }),
});

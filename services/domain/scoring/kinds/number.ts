import { finalNumber } from '../gsm8k-strict.ts';
import { readNumbers } from '../read-number.ts';
import { scorerKind } from './scorer-kind.ts';

export const number = scorerKind({
  name: 'number',
  description: 'the marked number of the answer, else its last one, is the number of the reference within a tolerance',
  options: {
    tolerance: { type: 'number', default: 1e-6, low: 0, high: 1e12, description: 'largest difference that is right' },
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
      const allowed = Math.max(tolerance, relative * Math.abs(expected.value));
      return { score: Math.abs(found.value - expected.value) <= allowed ? 1 : 0, extracted: found.text };
    },
    faultOf: ({ reference }) => (readNumbers(reference).length === 0 ? `its reference "${reference}" holds no number` : ''),
  }),
});

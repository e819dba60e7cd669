import type { Query } from '../benchmark.ts';
import { boxesIn } from '../replies/boxes.ts';
import { finalFormula } from './mathematics/final-formula.ts';
import { pythonPrinted } from './mathematics/python-printed.ts';
import { isSameMath, isSameSpelling } from './mathematics/same-math.ts';
import type { Scorer } from './scorer.ts';

/** The same mathematics in any notation. Rounded decimals are not the same: MATH asks for exact values. */
export const mathStrict = {
  name: 'math-strict',
  description:
    'the marked final answer (boxed, "answer is", last formula), equal as mathematics: notation and units do not matter',
  score(answer: string, query: Query) {
    const { formula, around, together } = finalFormula(answer);
    const boxed = boxesIn(query.reference).length > 0;
    const expected = boxed ? finalFormula(query.reference).formula : query.reference;
    const printed = pythonPrinted(formula);
    const same =
      isSameMath(formula, expected) ||
      isSameSpelling(around, expected) ||
      (together !== undefined && isSameMath(together, expected)) ||
      (printed !== undefined && isSameMath(printed, expected));
    return { score: same ? 1 : 0, extracted: formula };
  },
} satisfies Scorer;

import { describe, expect, it } from 'vitest';
import { mathAflow } from '../../../../services/domain/scoring/math-aflow.ts';

const score = (answer: string, reference: string) => {
  const query = { id: 'q', fields: {}, reference: `So it is $\\boxed{${reference}}$.` };
  return mathAflow.score(`Thus \\boxed{${answer}}.`, query).score;
};

describe('the MATH scorer of AFlow', () => {
  it.each([
    ['accepts the same text', '\\frac{3}{7}', '\\frac{3}{7}', 1],
    ['does not know that dfrac is frac', '\\frac{3}{7}', '\\dfrac{3}{7}', 0],
    ['does not read LaTeX fractions', '\\frac{1}{2}', '1/2', 0],
    ['does not ignore spaces in LaTeX', '6 \\pi', '6\\pi', 0],
    ['accepts a difference of a thousandth', '2.0009', '2', 1],
    ['refuses more than a thousandth', '2.002', '2', 0],
    ['drops commas from numbers', '1,234', '1234', 1],
    ['takes a number for a percentage of another', '40', '40\\%', 1],
    ['takes any number for a hundredth of another', '7', '700', 1],
    ['compares tuples part by part', '(3, 8)', '(3,8)', 1],
    ['does not mind which brackets a tuple has', '[3, 8)', '(3,8]', 1],
    ['minds the order of a tuple', '(8, 3)', '(3,8)', 0],
    ['does not see a tuple behind \\left', '\\left(3, 8\\right)', '\\left(3,8\\right)', 0],
    [
      'compares matrices part by part',
      '\\begin{pmatrix} 2 & 0 \\\\ 1 & 5 \\end{pmatrix}',
      '\\begin{pmatrix}2&0\\\\1&5\\end{pmatrix}',
      1,
    ],
    [
      'takes a vector in other brackets',
      '\\begin{bmatrix} 2 \\\\ 5 \\end{bmatrix}',
      '\\begin{pmatrix} 2 \\\\ 5 \\end{pmatrix}',
      1,
    ],
    ['drops the name of a value', 'x = 9', '9', 1],
    ['keeps a name of three letters', 'abc = 9', '9', 0],
    ['compares equations by the difference of their sides', 'y = x + 2', 'x + 2 = y', 1],
    ['reads Python expressions', 'k + 3', '3 + k', 1],
    ['reads powers as Python writes them', '(n + 1)**2', 'n**2 + 2*n + 1', 1],
    ['does not read implied products', '2k + 1', '1 + 2k', 0],
    ['reads roots as Python writes them', 'sqrt(12)', '2*sqrt(3)', 1],
    ['refuses another expression', 'k + 3', 'k + 4', 0],
    ['refuses prose', 'no solution', 'none', 0],
    ['refuses nothing', '', '0', 0],
  ])('%s', (_rule, answer, reference, expected) => {
    expect(score(answer, reference)).toBe(expected);
  });

  const sure = { id: 'q', fields: {}, reference: '$\\boxed{5}$' };

  it('takes the last box', () => {
    expect(mathAflow.score('\\boxed{4}, no, \\boxed{5} out of 6', sure).score).toBe(1);
  });

  it('takes the last sentence where there is no box', () => {
    expect(mathAflow.score('It is large. 5', sure)).toEqual({ score: 1, extracted: '5' });
    expect(mathAflow.score('It is five. Good! ', sure)).toEqual({ score: 0, extracted: 'Good' });
    expect(mathAflow.score('It is 5. Good', sure).extracted).toBe('It is 5. Good');
  });

  it('does not find a box with two levels of braces inside, so such an answer is wrong although it equals the reference', () => {
    const text = 'Hence it is $\\boxed{\\frac{\\sqrt{5}}{3}}$, as claimed.';
    expect(mathAflow.score(text, { id: 'q', fields: {}, reference: `By symmetry. ${text}` }).score).toBe(1);
    expect(mathAflow.score(text, { id: 'q', fields: {}, reference: '$\\boxed{\\frac{\\sqrt{5}}{3}}$' }).score).toBe(0);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MathTree, parseLatex } from '../../../../../services/domain/scoring/mathematics/parse-latex.ts';

/** As Lisp writes it. */
function written(tree: MathTree | undefined): string {
  if (tree === undefined) return 'none';
  if ('number' in tree) return tree.number;
  return 'symbol' in tree ? tree.symbol : `(${[tree.call, ...tree.operands.map(written)].join(' ')})`;
}

describe('the reader of LaTeX expressions', () => {
  it.each([
    ['-2x^{2}+1', '(Add (Negate (Multiply 2 (Power x 2))) 1)'],
    ['1/2x', '(Divide 1 (Multiply 2 x))'],
    ['a/b/c', '(Divide (Divide a b) c)'],
    ['2\\cdot-3', '(Multiply 2 (Negate 3))'],
    ['\\frac{1}{2}\\sqrt{3}', '(Multiply (Divide 1 2) (Sqrt 3))'],
    ['\\sqrt[3]{x+1}', '(Root (Add x 1) 3)'],
    ['(n-1)!n', '(Multiply (Factorial (Subtract n 1)) n)'],
    ['x_{n+1}y_{1}', '(Multiply x_{n+1} y_{1})'],
    ['\\lvert x\\rvert^{2}', '(Power (Abs x) 2)'],
    ['\\lfloor x\\rfloor+\\lceil y\\rceil', '(Add (Floor x) (Ceil y))'],
    ['\\binom{n}{2}', '(Binomial n 2)'],
    ['0.1\\overline{6}', '0.1(6)'],
    ['50\\%', '(Divide 50 100)'],
    ['\\sin45^{\\circ}', '(Sin (Degrees 45))'],
    ['\\gcd(12,8)', '(GCD 12 8)'],
    ['2\\overline{AB}', '(Multiply 2 \\overline{AB})'],
    // What a parser of another kind reads otherwise: compute-engine 0.140.0 has N as a function here, and the arguments larger.
    ['N(N-1)', '(Multiply N (Subtract N 1))'],
    ['\\cos3\\cdot5', '(Multiply (Cos 3) 5)'],
    ['\\ln x\\ln y', '(Multiply (Ln x) (Ln y))'],
    ['\\sin^{2}x\\cdot3', '(Multiply (Power (Sin x) 2) 3)'],
    ['\\sin2x\\cos y', '(Multiply (Sin (Multiply 2 x)) (Cos y))'],
    ['\\sin(x)^{2}', '(Power (Sin x) 2)'],
    ['\\log_{2}8+1', '(Add (Log 8 2) 1)'],
    ['f(2x)', '(Unknown (Multiply 2 x))'],
    ['g(2x)', '(Multiply g (Multiply 2 x))'],
  ])('reads %s', (latex, tree) => {
    expect(written(parseLatex(latex))).toBe(tree);
  });

  it.each([
    '',
    '+',
    '2 5',
    'x^{2}^{3}',
    '(x',
    'x)',
    '(x]',
    '|x|',
    '\\log_{23}',
    '\\frac{1}',
    '\\frac{}{}',
    '1,2',
    'x=1',
    '\\sum_{k=1}^{n}k',
    '1+\\ldots+n',
    "f'(x)",
    'x-',
    '12_{3}',
    '\\lvert x',
    '\\unknown{x}',
    '\\gcd(12)',
  ])('takes %s for no expression', (latex) => {
    expect(parseLatex(latex)).toBeUndefined();
  });

  it('comes to an end in one pass, whatever stands there', () => {
    const pieces = '( ) [ ] { } \\lvert  \\rvert  \\sin \\ln  \\frac{ ^{ _{ x N f 1 . ! + - / \\cdot  \\sqrt[ \\lfloor '.split(
      ' ',
    );
    const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 300 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(soup, (latex) => {
        parseLatex(latex);
      }),
      { seed: 61, numRuns: 500 },
    );
    for (const [open, close] of [
      ['(\\lvert', '\\rvert)'],
      ['(\\sin(', '))'],
      ['[N(', ')]'],
      ['\\lfloor', '\\rfloor'],
    ]) {
      expect(parseLatex(`${open?.repeat(60)}+${close?.repeat(60)}`)).toBeUndefined();
    }
  });
});

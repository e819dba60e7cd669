import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mathStrict } from '../../../../services/domain/scoring/math-strict.ts';

const scored = (answer: string, reference: string) => mathStrict.score(answer, { id: 'q', fields: {}, reference });
const compared = async (answer: string, expected: string) =>
  (await scored(`Hence $\\boxed{${answer}}$.`, `So it is $\\boxed{${expected}}$.`)).score;

describe('the strict MATH scorer', () => {
  it.each([
    ['takes the last box', '\\boxed{4}, no, \\boxed{5} out of 6', '5'],
    ['takes no box that is taken back', "\\boxed{4}. Wait, that's not right. So the answer is $5$.", '5'],
    ['skips an empty box', '\\boxed{5} and \\boxed{ }', '5'],
    ['reads a box with nested braces', 'So \\boxed{\\frac{\\sqrt{\\frac{4}{9}}}{2}}.', '\\frac{\\sqrt{\\frac{4}{9}}}{2}'],
    ['prefers a box to what is announced', 'The answer is 7, I mean \\boxed{5}', '5'],
    ['takes the formula of an announced answer', 'The answer is $x = 5$, which is less than $6$', 'x = 5'],
    ['takes the answer under a heading', 'We saw $6$ of them.\n\n**Final answer:** \\(5\\)\n', '5'],
    ['takes a formula above its explanation', '$5$\n\nExplanation: it is more than $4$.', '5'],
    ['takes an answer in Chinese', '最终答案：$5$（共 $3$ 步）', '5'],
    ['takes a value before one that would be too large', 'The largest is 34; 35 would give 71 > 70.', '34'],
    ['takes a value before one that fails in a sentence', 'n = 34. For n = 35 we get 71, which is too large.', 'n = 34'],
    ['takes a value before one that does not do', 'Only 34 works, but $n = 35$ does not.', '34'],
    ['takes a number before what it would be', 'There are 12 ways; without the restriction there would be 20.', '12'],
    ['takes a sum before its parts', '7 is the sum of the digits of 1024.', '7'],
    ['takes a minimum before its place', 'The minimum value is 4, which occurs at x = 2.', '4'],
    ['takes no root that is discarded in brackets', '$x = 3$ (we reject $x = -3$)', 'x = 3'],
    ['takes an exact value before a decimal', 'The area equals 12π cm², about 37.7 cm².', '12π'],
    ['takes no value that is asked about', 'So $x = 6$. Can you see why $x = 5$ fails?', 'x = 6'],
    ['takes an announced value before one that would be wrong', 'The answer must be 7; 8 would make it 40.', '7'],
    ['takes a tagged answer', '<answer>5</answer>', '5'],
    ['takes the value of a tagged sentence', '<answer>The value is 5.</answer>', '5'],
    ['takes the value before its place', 'So the minimum value is $5$, attained at $x=1$.', '5'],
    ['takes no end of a proof', 'Therefore $n=5$. $\\blacksquare$', 'n=5'],
    ['takes no box that is denied', 'I got $\\boxed{5}$. (Not $\\boxed{4}$.)', '5'],
    ['reads a box whose backslash became a backspace', '\boxed{5}', '5'],
    ['takes the last formula of the last line', 'First $4$.\n\nThus $a = 4$ and $b = 5$ follow.', 'b = 5'],
    ['takes the last formula where the last line has none', 'It is \\[ 5 \\]\n\nThat was easy!', ' 5 '],
    ['takes the last line where there is no formula', 'Add them up.\n5\n', '5'],
    ['finds nothing in nothing', '', ''],
  ])('%s', async (_rule, answer, extracted) => {
    expect((await scored(answer, '\\boxed{5}')).extracted).toBe(extracted);
  });

  it.each([
    ['Rational(1, 3)', '\\frac13', 1],
    ['2 + 3*I', '2+3i', 1],
    ['(2+3j)', '2+3i', 1],
    ['-oo', '-\\infty', 1],
    ['[1, 2]', '2, 1', 1],
    ['[1, 2]', '[1,2]', 1],
    ['[2, 5]', '(2,5)', 0],
    ['Matrix([[1, 2], [3, 4]])', '\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}', 1],
    ['[[1, 2], [3, 4]]', '\\begin{pmatrix}1&3\\\\2&4\\end{pmatrix}', 0],
    ['Interval.Ropen(0, 1)', '[0,1)', 1],
    ['Interval(0, 1)', '[0,1)', 0],
    ['Union(Interval.open(-oo, 0), Interval.open(0, oo))', 'x \\ne 0', 1],
    ['log(2)', '\\ln 2', 1],
  ])('reads what Python prints: %s for %s', (answer, expected, score) => {
    expect(scored(answer, `\\boxed{${expected}}`).score).toBe(score);
  });

  it.each([
    // spelling
    ['\\dfrac{3}{7}', '\\frac37'],
    ['\\frac{3}{7}', '3/7'],
    ['\\left( 3, \\tfrac12 \\right)', '(3,\\frac{1}{2})'],
    ['$ 6\\,\\pi $', '6\\pi'],
    ['6π', '\\pi \\cdot 6'],
    ['sqrt(3)/2', '\\frac{\\sqrt{3}}{2}'],
    ['−7', '-7'],
    // separators, currency, units, degrees, percent
    ['14,400', '14,\\!400'],
    ['14{,}400', '14400'],
    ['12\\,500', '12500'],
    ['\\frac{12}{5,525}', '\\frac{12}{5525}'],
    ['36', '\\$36'],
    ['3.250', '3.25\\text{ dollars}'],
    ['\\$3.25 \\text{ per day}', '3.25'],
    ['5\\text{ cm}^2', '5'],
    ['120 degrees', '120^\\circ'],
    ['120^{\\circ}', '120'],
    ['\\tan 60^\\circ', '\\sqrt{3}'],
    ['45\\degree', '45^\\circ'],
    ['45^{\\degree}', '45'],
    ['\\tan 60\\degree', '\\sqrt{3}'],
    ['75', '75\\%'],
    ['75\\%', '\\frac34'],
    // names and equations
    ['x = 9', '9'],
    ['f(x) = 3x', '3x'],
    ['(\\rho, \\theta) = (2, \\pi)', '(2, \\pi)'],
    ['2x + 3', 'y = 2x + 3'],
    ['2x - y + 3 = 0', 'y = 2x + 3'],
    ['x^2 - 1 = 0', 'x^2 - 1'],
    ['\\frac{22}{7} \\approx 3.14', '\\frac{22}{7}'],
    // several values
    ['3 - 2\\sqrt{2}, 3 + 2\\sqrt{2}', '3 \\pm 2 \\sqrt{2}'],
    ['13 \\text{ and } 12', '12\\text{ and }13'],
    ['x = 1 \\text{ or } x = -3', '1, -3'],
    ['\\{3, 1, 2\\}', '1, 2, 3'],
    ['3, 11, 33', '(3,11,33)'],
    ['4.0, 20.0', '4^\\circ, 20^\\circ'],
    ['x \\in [0, 1) \\cup (2, \\infty)', '(2,\\infty) \\cup [0,1)'],
    ['\\begin{bmatrix} \\frac{1}{2} \\\\[2mm] -3 \\end{bmatrix}', '\\begin{pmatrix} 1/2 \\\\ -3 \\end{pmatrix}'],
    ['\\langle 2, 5 \\rangle', '\\begin{pmatrix} 2 \\\\ 5 \\end{pmatrix}'],
    // mathematics
    ['1 \\frac{1}{10}', '1.1'],
    ['-2\\frac12', '-\\frac52'],
    ['12x - 34', '-34 + 12x'],
    ['(n + 1)^2', 'n^2 + 2n + 1'],
    ['\\frac{1}{\\sqrt{2}}', '\\frac{\\sqrt 2}{2}'],
    ['0.2901996646852614', '\\frac{1904}{6561}'],
    ['0.\\overline{3}', '\\frac13'],
    ['\\frac{3 + 3i}{2}', '\\frac{3}{2} + \\frac{3}{2} i'],
    ['e^{i\\pi}', '-1'],
    ['\\sqrt[3]{-8}', '-2'],
    ['\\binom{6}{3} \\cdot 3!', '120'],
    ['\\log_2 8 + \\ln e', '4'],
    ['|-3|', '3'],
    ['\\mathrm{abs}(x)', '|x|'],
    ['\\operatorname{sin} x', '\\sin x'],
    ['\\mathrm{lcm}(4, 6)', '12'],
    ['10', '5 \\choose 2'],
    ['\\cos 2t', '1 - 2\\sin^2 t'],
    // bases and words
    ['1112', '1112_3'],
    ['1112_{3}', '1112_3'],
    ['Friday', '\\text{Friday}'],
    ['E, C', '\\text{C,E}'],
    ['\\textbf{(A)}', 'A'],
    ['\\textbf{(A)}\\ 5', '5'],
    ['\\textbf{(A)}\\ 5', '\\text{(A)}\\ 5'],
  ])('takes %s for %s', async (answer, expected) => {
    expect(await compared(answer, expected)).toBe(1);
  });

  it.each([
    ['0.333', '\\frac{1}{3}'],
    ['50', '0.5'],
    ['7', '700'],
    ['1234567890123456789', '1234567890123456788'],
    ['\\frac{1}{6^{13}}', '\\frac{1}{6^{12}}'],
    ['(8, 3)', '(3, 8)'],
    ['[3, 8)', '(3, 8)'],
    ['(3, 8, 1)', '(3, 8)'],
    ['1, 2', '1, 2, 2'],
    ['1, 1, 2', '1, 2, 2'],
    ['3 + 2\\sqrt{2}', '3 \\pm 2 \\sqrt{2}'],
    ['y = 2x + 4', 'y = 2x + 3'],
    ['0', 'x + 2 = 0'],
    ['\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}', '\\begin{pmatrix} 1 & 2 \\\\ 3 & 5 \\end{pmatrix}'],
    ['\\begin{pmatrix} 1 & 2 \\end{pmatrix}', '\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}'],
    ['1112_4', '1112_3'],
    ['41', '1112_3'],
    ['52_8', '52^\\circ'],
    ['52\\degree', '52_{8}'],
    ['x', '\\operatorname{abs}(x)'],
    ['x', '\\operatorname{sin} x'],
    ['k + 4', 'k + 3'],
    ['3\\mathbf{i} + 2\\mathbf{j}', '2\\mathbf{i} + 3\\mathbf{j}'],
    ['\\text{Monday}', '\\text{Friday}'],
    ['\\text{no solution}', '0'],
    ['\\frac{1}{0}', '\\frac{2}{0}'],
    ['', '0'],
    ['5', ''],
  ])('does not take %s for %s', async (answer, expected) => {
    expect(await compared(answer, expected)).toBe(0);
  });

  it.each([
    ['towers of powers', '9^{9^{9^{9}}}'],
    ['a sum without end', '\\sum_{n=1}^{10^{12}} n'],
    ['factorials', '(10^9)!'],
    ['binomials', '\\binom{10^9}{5000}'],
    ['bars', '|'.repeat(400)],
    ['brackets', '('.repeat(400)],
    ['braces', '\\frac{'.repeat(400)],
    ['fractions', '\\frac'.repeat(150)],
    ['code', '__import__("os").system("true")'],
    ['lists of lists', `(${'(1,2),'.repeat(100)}3)`],
  ])('comes to an end on %s', async (_what, answer) => {
    expect((await scored(answer, '\\boxed{1, 2, 3}')).score).toBe(0);
    expect(await compared(answer, '7')).toBe(0);
  });

  it('comes to an end on long answers', async () => {
    const piece = '\\boxed{ $$ \\[ \\( $ the answer is: **{{ \\frac{1}{ ';
    expect((await scored(piece.repeat(8_000), '\\boxed{7}')).score).toBe(0);
  });

  it('never throws, and takes each text for itself', async () => {
    const pieces = fc.constantFrom(
      ...'0 1 23 x y i e + - = , ( ) [ ] { } | ! ^ _ / % \\{ \\} \\frac \\sqrt \\pi \\sin \\log \\pm \\cup \\cdot \\\\ & $ \\text{ cm} \\in and'.split(
        ' ',
      ),
      '\\begin{pmatrix}',
      '\\end{pmatrix}',
      ' ',
    );
    const soup = fc.array(pieces, { maxLength: 25 }).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(soup, soup, async (answer, expected) => {
        expect([0, 1]).toContain((await scored(answer, expected)).score);
        expect([0, 1]).toContain((await scored(`\\boxed{${answer}}`, `\\boxed{${expected}}`)).score);
      }),
      { seed: 41, numRuns: 500 },
    );
  });

  it('finds any fraction again, however it is written', async () => {
    const whole = fc.integer({ min: -500, max: 500 });
    const natural = fc.integer({ min: 1, max: 500 });
    await fc.assert(
      fc.asyncProperty(whole, natural, natural, async (top, bottom, factor) => {
        const expected = `\\frac{${top}}{${bottom}}`;
        for (const answer of [`${top * factor}/${bottom * factor}`, String(top / bottom), `\\dfrac{${-top}}{-${bottom}}`]) {
          expect(await compared(answer, expected)).toBe(1);
        }
        expect(await compared(`\\frac{${top + 1}}{${bottom}}`, expected)).toBe(0);
      }),
      { seed: 42, numRuns: 100 },
    );
  });
});

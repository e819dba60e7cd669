import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSameMath } from '../../../../../services/domain/scoring/mathematics/same-math.ts';

/** Which of the two is the reference must not matter. */
const bothWays = async (left: string, right: string) => [await isSameMath(left, right), await isSameMath(right, left)];

describe('the same mathematics', () => {
  it.each([
    ['|x-2|', '|2-x|'],
    ['_{10}C_{3}', '120'],
    ['{}_{10}C_3', '120'],
    ['^{10}C_3', '\\binom{10}{3}'],
    ['C(10,3)', '120'],
    ['P(6,3)', '120'],
    ['\\text{all positive real numbers}', '(0,\\infty)'],
    ['\\text{It is Friday}', '\\text{Friday}'],
    ['\\text{isosceles triangle}', '\\text{isosceles}'],
    ['6 (\\text{six})', '6'],
    ['2x+3 \\text{ for all } x', '2x+3'],
    ['C(10,3)', '(10,3)'],
    ['1.234.567', '1{,}234{,}567'],
    ['\\text{an ellipse}', '\\text{ellipse}'],
    ['\\text{(D) ellipse}', '\\text{ellipse}'],
    ['\\text{two thirds}', '\\frac23'],
    ['\\text{negative three}', '-3'],
    ['\\frac{h(a+b)}{2}', '\\frac12 h(a+b)'],
    ['P(x) \\cdot x', 'xP(x)'],
    ['\\sin^{-1}x', '\\arcsin x'],
    [']-\\infty,2]', '(-\\infty,2]'],
    [']0,1[\\cup]2,3]', '(0,1)\\cup(2,3]'],
    ['\\mathbb{R}^+', '(0,\\infty)'],
    ['\\mathbb{R}_{\\geq 0}', '[0,\\infty)'],
    ['x \\in \\mathbb{R}, x \\neq 0', '(-\\infty,0)\\cup(0,\\infty)'],
    ['\\text{all real numbers except } 0', 'x \\ne 0'],
    ['x \\in \\{1,3\\}', '3,1'],
    ['\\text{none}', '\\emptyset'],
    ['72_{\\text{eight}}', '72_8'],
    ['(101)_2', '101_{2}'],
    ['AB_{16}', '\\text{AB}_{16}'],
    ['5\\,\\mathrm{km\\,h^{-1}}', '5'],
    ['\\pounds 5', '5'],
    ['8^{\\text{th}}', '8'],
    ['3\\hat{i}-\\hat{j}', '3\\mathbf{i}-\\mathbf{j}'],
    ['\\frac45 \\text{ or } 80\\%', '\\frac45'],
    ['\\text{five}', '5'],
    ['\\sim 3', '3'],
    ['3\\checkmark', '3'],
    ['3 \\; \\text{(since } x > 0)', '3'],
    ['\frac{1}{2}', '\\frac{1}{2}'],
    ['\\sqrt{a^2b^2}', '|ab|'],
    ['|a||b|', '|ab|'],
    ['\\max(1,2)', '2'],
    ['y = 0', '0'],
    ['a = 0, b = 0', '(0,0)'],
    ['(0,0)', 'x=0, y=0'],
    ['x ≈ 11', '11'],
    ['\\frac{1}{3}', 'x=\\frac{1}{3}\\approx 0.333'],
    ['2x<6', 'x<3'],
    ['x < 2 \\text{ or } x > 3', '(-\\infty,2)\\cup(3,\\infty)'],
    ['x<2, x>3', '(-\\infty,2)\\cup(3,\\infty)'],
    ['x>1, x<3', '(1,3)'],
    ['\\text{all real numbers}', '\\mathbb{R}'],
    ['x \\in \\mathbb{R}', '(-\\infty,\\infty)'],
    ['[1,2]\\cup(2,3]', '[1,3]'],
    ['\\mathbb{R}\\setminus\\{3\\}', 'x \\ne 3'],
    ['(-\\infty,3)\\cup(3,\\infty)', 'x \\neq 3'],
    ['|x|<3', '(-3,3)'],
    ['|x|\\ge 2', '(-\\infty,-2]\\cup[2,\\infty)'],
    ['\\{x \\mid x > 3\\}', '(3,\\infty)'],
    ['(2,7)', '2,7'],
    ['\\begin{bmatrix}1&2\\\\3&4\\end{bmatrix}', '\\left(\\begin{array}{cc}1&2\\\\3&4\\end{array}\\right)'],
    ['\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}', '\\begin{smallmatrix}1&2\\\\3&4\\end{smallmatrix}'],
    ['\\begin{pmatrix}1\\\\2\\end{pmatrix}', '\\left[\\begin{array}{c}1\\\\2\\\\\\end{array}\\right]'],
    ['\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}', '\\left\\lbrack\\begin{matrix}1&2\\\\3&4\\end{matrix}\\right\\rbrack'],
    ['\\begin{pmatrix}1\\\\2\\end{pmatrix}', '(1,2)^T'],
    ['\\frac{1}{3}\\begin{pmatrix}1\\\\2\\end{pmatrix}', '\\begin{pmatrix}1/3\\\\2/3\\end{pmatrix}'],
    ['\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}', 'A = \\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}'],
    ['2 = x', 'x=2'],
    ['\\textcolor{blue}{7}', '7'],
    ['\\mathbf{7}', '7'],
    ['\\bm 7', '7'],
    ['\\textbf{7}', '7'],
    ['\\mathtt{Yes}', '\\text{Yes}'],
    ['{\\rm Yes}', '\\text{Yes}'],
    ['\\large 7', '7'],
    ['{\\color{red} 7}', '7'],
    ['\\color{red} 7', '7'],
    ['\\colorbox{yellow}{7}', '7'],
    ['\\underline{7}', '7'],
    ['\\color{red}{\\frac{1}{2}}', '\\frac12'],
    ['\\mathscr{7}', '7'],
    ['\\textcolor[rgb]{1,0,0}{7}', '7'],
    ['\\textit{Yes}', 'Yes'],
    ['{\\cal 7}', '7'],
    ['\\mathfrak{7}', '7'],
    ['\\Large\\textbf{12}', '12'],
    ['\\textcolor{red}{x = 7}', '7'],
    ['\\definecolor{x}{rgb}{0,0,0}7', '7'],
    ['\\fcolorbox{red}{white}{7}', '7'],
    ['\\boldsymbol{\\frac{1}{2}}', '0.5'],
    ['\\mathbf{\\text{Yes}}', 'Yes'],
    ['\\\\sqrt{2}', '\\sqrt{2}'],
    ['\\\\text{Yes}', '\\text{Yes}'],
    ['2\\\\sqrt{3} + \\\\pi', '2\\sqrt3+\\pi'],
    ['\\\\begin{pmatrix} 1 \\\\\\\\ 2 \\\\end{pmatrix}', '\\begin{pmatrix}1\\\\2\\end{pmatrix}'],
    ['\\\\{1,2\\\\}', '\\{1,2\\}'],
    ['5\\\\%', '5\\%'],
    ['90^{\\\\circ}', '90^\\circ'],
    ['3\\text{ billion}', '3000000000'],
    ['2.5\\text{ million}', '2500000'],
    ['5 million', '5000000'],
    ['5 \\text{ million dollars}', '5000000'],
    ['\\$5\\text{ million}', '5,000,000'],
    ['3 hundred', '300'],
    ['2 dozen', '24'],
    ['\\frac{1}{2}\\text{ percent}', '0.005'],
    ['33.5 \\text{ pct}', '0.335'],
    ['33.5 percentage', '0.335'],
    ['33.5\\text{ per cent}', '33.5\\%'],
    ['(1,2)\\cup((3,4)\\cup(5,6))', '(1,2)\\cup(3,4)\\cup(5,6)'],
    ['9\\text{ AM}', '9\\text{ a.m.}'],
    ['4:30 PM', '\\text{4:30 p.m.}'],
    ['9:00\\text{ a.m.}', '9\\text{ a.m.}'],
    ['9', '9\\text{ a.m.}'],
    ['5\\text{ miles east}', '5'],
    ['P(1+r)', 'P+Pr'],
    ['\\cos^{-1}(0)', '\\frac{\\pi}{2}'],
    ['\\tan^{-1}2', '\\arctan 2'],
    ['\\sin^{-1}\\frac13', '\\arcsin\\frac13'],
    ['\\{1,2,3\\}', '1,2,3'],
    ['(1,2),(3,4)', '(3,4),(1,2)'],
    ['x=1,y=2', 'y=2,x=1'],
    ['x=1,y=2', '(1,2)'],
    ['y=2,x=1', '(1,2)'],
    ['x=1,y=2', '1,2'],
    ['p=5,q=2;p=7,q=2', '(5,2),(7,2)'],
    ['p=5,q=2 or p=7,q=2', '(5,2),(7,2)'],
    ['\\pm 1, \\pm 2', '1,-1,2,-2'],
    ['x=\\pm 3', '3,-3'],
    ['(\\pm 1,\\pm 2)', '(1,2),(1,-2),(-1,2),(-1,-2)'],
    ['1\\pm\\sqrt{2}', '1+\\sqrt2,1-\\sqrt2'],
    ['\\mp 2', '\\pm 2'],
    ['0.333...', '\\frac13'],
    ['0.1818\\ldots', '\\frac{2}{11}'],
    ['0.(3)', '\\frac13'],
    ['\\frac{\\pi}{6}', '30^\\circ'],
    ['\\frac{3\\pi}{4}\\text{ radians}', '135^\\circ'],
    ['4\\operatorname{cis}30^\\circ', '2\\sqrt3+2i'],
    ['4\\,\\text{cis}\\,30^\\circ', '4e^{i\\pi/6}'],
    ['3:2', '\\frac32'],
    ['6:8', '3:4'],
    ['2:4:6', '1:2:3'],
    ['17:30', '\\text{5:30 p.m.}'],
    ['6:00', "6 \\text{ o'clock}"],
    ['6:00', '6'],
    ['18:00', '6 \\text{ p.m.}'],
    ['6:00\\text{ a.m.}', '6 \\text{ am}'],
    ['333 \\text{ (base 4)}', '333_4'],
    ['333_{\\text{base } 4}', '333_4'],
    ['5¢', '5 \\text{ cents}'],
    ['7th', '7^{\\text{th}}'],
    ['\u20117', '-7'],
    ['\uff0d7', '-7'],
    ['3.2E5', '320000'],
    ["1'234'567", '1234567'],
    ['1,23,45,678', '12345678'],
    ['60\\, km/h', '60'],
    ['\\text{all integers}', '\\mathbb{Z}'],
    ['\\text{negative infinity}', '-\\infty'],
    ['2\\mathbf{i}-\\hat{j}', '\\begin{pmatrix}2\\\\-1\\end{pmatrix}'],
    ['\\text{The function is odd}', '\\text{odd}'],
    ['\\text{A circle}', '\\text{circle}'],
    ['\\text{neither even nor odd}', '\\text{neither}'],
    ['A, B, D', 'ABD'],
    ['17 \\bmod 7', '3'],
    ['x \\equiv 3 \\pmod 7', '3'],
    ['3\\text{ (mod }7)', '3'],
    ['\\emptyset', '\\{\\}'],
    ['\\emptyset', '\\text{empty set}'],
    ['\\text{no solution}', '\\emptyset'],
    ['A', 'a'],
    ['ab', 'ba'],
    ['1,234', '1234'],
    ['1 234', '1234'],
    ['1\\,234', '1234'],
    ['x^2+1=0', 'x^2=-1'],
    ['2x=10', 'x=5'],
    ['y=2x+3', '2x-y+3=0'],
    ['\\frac{-1}{2}', '-\\frac12'],
    ['1.5\\times10^3', '1500'],
    ['1.5e3', '1500'],
    ['2^{10}', '2^10'],
    ['2**(1/4)', '\\sqrt{\\sqrt{2}}'],
    ['0.\\overline{3}', '\\frac13'],
    ['0.\\overline{9}', '1'],
    ['i', '\\sqrt{-1}'],
    ['\\frac{3+4i}{5}', '0.6+0.8i'],
    ['5\\pi\\text{ cm}^2', '5\\pi'],
    ['25^\\circ\\text{C}', '25'],
    ['30^\\circ', '30'],
    ['\\log_{2}8', '3'],
    ['\\log_28', '3'],
    ['\\log 100', '2'],
    ['\\ln e', '1'],
    ['n!', 'n(n-1)!'],
    ['\\binom{n}{k}', '\\binom{n}{n-k}'],
    ['\\frac{n(n+1)}{2}', '\\binom{n+1}{2}'],
    ['\\sqrt{8}', '2\\sqrt2'],
    ['\\sqrt[3]{2}', '2^{1/3}'],
    ['\\frac{1}{1+\\sqrt2}', '\\sqrt2-1'],
    ['\\cos 36^\\circ', '\\frac{1+\\sqrt5}{4}'],
    ['2AB_{16}', '2ab_{16}'],
    ['\\text{(A)}', 'A'],
    ['0.\\bar{3}', '\\frac13'],
    ['0.\\dot{3}', '\\frac13'],
    ['0.\\dot14285\\dot7', '\\frac17'],
    ['12 \\frac{\\text{m}}{\\text{s}}', '12'],
    ['12\\,\\text{km}/\\text{h}', '12'],
    ['12\\text{ km}\\cdot\\text{h}^{-1}', '12'],
    ['12\\text{ cm}^{-1}', '12'],
    ["12''", '12'],
    ['11\\text{:}30', '11:30'],
    ['2\\text{ to }3', '2:3'],
    ['\\text{does not exist}', '\\text{DNE}'],
    ['\\begin{cases} x = 1 \\\\ y = 2 \\end{cases}', 'x = 1, y = 2'],
    ['\\left\\{\\begin{array}{l} x = 1 \\\\ y = 2 \\end{array}\\right.', 'x = 1, y = 2'],
    ['\\text{A and B}', '\\text{B and A}'],
    ['\\text{Monday, Tuesday}', 'Monday and Tuesday'],
  ])('%s is %s', async (left, right) => {
    expect(await bothWays(left, right)).toEqual([true, true]);
  });

  it.each([
    [']0,1[', '[0,1]'],
    ['\\sqrt[3]{x},\\sqrt[3]{y}', '(\\sqrt{x},\\sqrt{y})'],
    ['\\mathbb{R}^+', '[0,\\infty)'],
    ['\\frac45 \\text{ or } 70\\%', '\\frac45'],
    ['72_{\\text{eight}}', '72_9'],
    ['\\text{five}', '4'],
    ['\\text{all real numbers except } 1', 'x \\ne 0'],
    ['\\frac{1}{x+1}', '\\frac{1}{x}+1'],
    ['3^{21}', '3^{2}1'],
    ['a_{12}', 'a_{1}2'],
    ['\\binom{12}{3}', '\\binom{1}{23}'],
    ['12', '1 2'],
    ['\\frac{1}{2004!}', '\\frac{1}{2006!}'],
    ['10^{-20}', '0'],
    ['e^{-50}', '0'],
    ['10^{20}+1', '10^{20}'],
    ['|x-1|', 'x-1'],
    ['|x-2|', '2-x'],
    ['|x-100|', '100-x'],
    ['\\sqrt{a^2b^2}', 'ab'],
    ['\\frac{x}{|x|}', '1'],
    ['|a-b|', 'a-b'],
    ['x<3', 'x\\le 3'],
    ['x>5', 'x<5'],
    ['x<3', 'y<3'],
    ['(2,7)', '[2,7]'],
    ['x \\ge 5', '5'],
    ['x\\ge 5', 'x > 5'],
    ['\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}', '\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}'],
    ['\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}', '\\begin{pmatrix}1&3\\\\2&4\\end{pmatrix}'],
    ['5 \\text{ million}', '5'],
    ['28 \\text{ percent}', '0.29'],
    ['(1,2)\\cup(3,4)', '(1,2)\\cup(3,5)'],
    ['(1,2)\\cup(3,4)', '(1,4)'],
    ['12\\text{ noon}', '12\\text{ midnight}'],
    ['9 AM', '9 PM'],
    ['5\\text{ miles east}', '5\\text{ miles west}'],
    ['\\tan^{-1} 2', '\\cot 2'],
    ['\\sin^{-1}(x)', '\\frac{1}{\\sin x}'],
    ['\\frac{2^{30}-1}{2^{30}}', '1'],
    ['\\frac{1}{2^{50}}', '\\frac{1}{2^{49}}'],
    ['x=1,y=2', 'x=2,y=1'],
    ['x=1,y=2', '(2,1)'],
    ['x = \\pm 3', '3'],
    ['\\text{odd}', '\\text{even}'],
    ['2n\\text{, n odd}', '2n\\text{, n even}'],
    ['\\text{odd } n', '\\text{even } n'],
    ['\\text{odd } n', 'n'],
    ['V = 3s', 'v=3S'],
    ['\\frac{a}{A}', '\\frac{A}{a}'],
    ['\\text{MAKE}', '\\text{KAME}'],
    ['32, 349', '32349'],
    ['1,2345', '12345'],
    ['-5', '5'],
    ['0.34...', '\\frac13'],
    ['1.41...', '\\sqrt2'],
    ['30^\\circ', '\\frac{\\pi}{3}'],
    ['30', '\\frac{\\pi}{6}'],
    ['5:10', '6:12'],
    ['3:2', '3:4'],
    ['18:30', '\\text{5:30 p.m.}'],
    ['6:30', '6'],
    ['6:00\\text{ a.m.}', '6 \\text{ p.m.}'],
    ['12\\text{ a.m.}', '12\\text{ p.m.}'],
    ['333 \\text{ (base 5)}', '333_4'],
    ['3 \\pmod 7', '3 \\pmod 5'],
    ['2\\mathbf{i}+\\hat{j}', '\\begin{pmatrix}2\\\\-1\\end{pmatrix}'],
    ['4\\operatorname{cis}30^\\circ', '4\\operatorname{cis}60^\\circ'],
    ['P(0)', '0'],
    ['4P(0)', '0'],
    ['g(2)', '2g'],
    ['f(1)', '2'],
    ['C(10,3)', '(3,10)'],
    ['P(6,3)', '20'],
    ['\\text{all negative real numbers}', '(0,\\infty)'],
    ['\\text{even function}', '\\text{odd function}'],
    ['\\text{three halves}', '\\frac23'],
    ['\\text{negative three}', '3'],
    ['5\\mathrm{e}^{-2}', '5'],
    ['x\\bar{y}', 'xy'],
    ["f''", 'f'],
    ['\\begin{cases} x = 1 \\\\ y = 2 \\end{cases}', 'x = 2, y = 1'],
    ['2\\text{ to }3', '3:2'],
    ['1+i', '1-i'],
    ['2^{n}', '2^{n+1}'],
    ['(-1)^n', '(-1)^{n+1}'],
    ['\\cos 58^\\circ', '\\cos 58'],
    ['e^{\\pi\\sqrt{163}}', '262537412640768744'],
    ['1:2', '2:1'],
    ['10_{2}', '10_{3}'],
    ['x_1', 'x_2'],
    ['x_1', 'x'],
  ])('%s is not %s', async (left, right) => {
    expect(await bothWays(left, right)).toEqual([false, false]);
  });

  it.each([
    ['a rounded third', '0.3333333333', '\\frac13', true],
    ['a cut-off root', '1.41421356237', '\\sqrt{2}', true],
    ['a third as programs print it', '0.013888888888888885', '\\frac{1}{72}', true],
    ['a third of few digits', '0.333', '\\frac13', false],
    ['a wrong last digit', '0.3333333334', '\\frac13', false],
    ['what has a decimal of its own', '0.1249999999999', '\\frac18', false],
    ['a whole number and a hair', '1.0000000000000001', '1', false],
    ['a rounded power', '1.267650600228229 \\times 10^{30}', '2^{100}', false],
    ['two decimals', '1234567890.12', '1234567890.13', false],
  ])('takes decimals that are exact, or as near as decimals can be: %s', async (_what, decimal, exact, same) => {
    expect(await bothWays(decimal, exact)).toEqual([same, same]);
  });

  it.each([
    ['9^{9^{9}}', '9^{9^{9}}+1'],
    ['10^{10^6}', '10^{10^6}-1'],
    ['(10^9)!', '(10^9+1)!'],
    ['\\binom{10^9}{10^8}', '\\binom{10^9}{10^8+1}'],
    ['2^{2^{2^{2^{2^2}}}}', '3^{2^{2^{2^{2^2}}}}'],
    ['e^{e^{e^{e^{e}}}}', '\\pi^{\\pi^{\\pi^{\\pi}}}'],
    ['\\sqrt{'.repeat(45), '1'],
    [`\\pi+${'9'.repeat(280)}`, `${'9'.repeat(279)}8+\\pi`],
  ])('gives no value to what is too large, as in %s and %s, and takes it for itself alone', async (left, right) => {
    expect(await isSameMath(left, left)).toBe(true);
    expect(await bothWays(left, right)).toEqual([false, false]);
  });

  it('compares the longest lists in bounded time', async () => {
    const list = (item: (index: number) => string) => Array.from({ length: 30 }, (_none, index) => item(index + 1));
    const roots = [list((n) => `x^{${n}/37}`), list((n) => `\\sqrt[37]{x}^{${n}}`).reverse()].map((items) => items.join());
    const factorials = [list((n) => `${9000 + n}!`), list((n) => `${9000 + n}\\cdot${8999 + n}!`).reverse()].map((items) =>
      items.join(),
    );
    expect(await isSameMath(factorials[0] ?? '', factorials[1] ?? '')).toBe(true);
    expect(await isSameMath(roots[0] ?? '', roots[1] ?? '')).toBe(true);
  });
});

/** A number and texts of it that look different. */
const numberTexts = fc
  .tuple(fc.integer({ min: -9_999, max: 9_999 }), fc.integer({ min: 1, max: 999 }), fc.integer({ min: 2, max: 99 }))
  .map(([top, bottom, factor]) => ({
    texts: [
      `\\frac{${top}}{${bottom}}`,
      `${top * factor}/${bottom * factor}`,
      `\\frac{${top * factor}}{${bottom}}\\cdot\\frac{1}{${factor}}`,
      `\\frac{${top}-${factor}}{${bottom}}+\\frac{${factor}}{${bottom}}`,
      `\\frac{${top}\\sqrt{${factor}}}{${bottom}\\sqrt{${factor}}}`,
      `\\dfrac{${-top}}{-${bottom}}`,
      `\\left(\\tfrac{${top}}{${bottom}}\\right)`,
    ],
    next: `\\frac{${top + 1}}{${bottom}}`,
  }));

/** Terms of exact numbers, as MATH has them. */
const exactTerm = fc.oneof(
  fc.integer({ min: 1, max: 99_999 }).map(String),
  fc.tuple(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 2, max: 997 })).map(([a, b]) => `\\frac{${a}}{${b}}`),
  fc.tuple(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 2, max: 120 })).map(([a, b]) => `${a}^{${b}}`),
  fc.integer({ min: 2, max: 60 }).map((a) => `${a}!`),
  fc.integer({ min: 2, max: 999 }).map((a) => `\\sqrt{${a}}`),
  fc.tuple(fc.integer({ min: 20, max: 90 }), fc.integer({ min: 2, max: 9 })).map(([a, b]) => `\\binom{${a}}{${b}}`),
  fc.integer({ min: 1, max: 99 }).map((a) => `${a}\\pi`),
  fc.integer({ min: 2, max: 99 }).map((a) => `\\log_{10} ${a}`),
);

describe('properties of the comparison', () => {
  it('finds a number again in whatever form, and not its neighbour', async () => {
    await fc.assert(
      fc.asyncProperty(numberTexts, fc.nat(), fc.nat(), async ({ texts, next }, one, other) => {
        const [left, right] = [texts[one % texts.length] ?? '', texts[other % texts.length] ?? ''];
        expect(await bothWays(left, right)).toEqual([true, true]);
        expect(await bothWays(left, next)).toEqual([false, false]);
      }),
      { seed: 51, numRuns: 150 },
    );
  });

  it('never takes an exact expression for one with another digit', async () => {
    const changed = fc
      .tuple(fc.array(exactTerm, { minLength: 1, maxLength: 4 }), fc.nat(), fc.integer({ min: 1, max: 9 }))
      .map(([terms, place, digit]) => {
        const text = terms.join('+');
        const digits = [...text.matchAll(/\d/g)].map(({ index }) => index);
        const at = digits[place % digits.length] ?? 0;
        return { text, other: `${text.slice(0, at)}${(Number(text[at]) + digit) % 10}${text.slice(at + 1)}` };
      })
      // 0! is 1!, and a root or a power may be the same by rights: 1^{12}.
      .filter(({ other }) => !/(?<!\d)[01]!|(?<!\d)[01]\^|\{0|_\{[01]0|\^\{0|(?<![\d.])0\d/.test(other));
    await fc.assert(
      fc.asyncProperty(changed, async ({ text, other }) => {
        expect(await bothWays(text, other)).toEqual([false, false]);
        expect(await isSameMath(text, text.split('+').reverse().join(' + '))).toBe(true);
      }),
      { seed: 52, numRuns: 200 },
    );
  });

  it('expands and factors polynomials, and tells them from those with another sign', async () => {
    const coefficient = fc.integer({ min: -99, max: 99 }).filter((value) => value !== 0);
    const sign = (value: number) => (value < 0 ? `${value}` : `+${value}`);
    await fc.assert(
      fc.asyncProperty(coefficient, coefficient, coefficient, async (a, b, c) => {
        const factors = `${c}(x${sign(a)})(y${sign(b)})`;
        const sum = `${c}xy${sign(c * b)}x${sign(c * a)}y${sign(c * a * b)}`;
        expect(await bothWays(factors, sum)).toEqual([true, true]);
        expect(await bothWays(factors, `${c}(x${sign(-a)})(y${sign(b)})`)).toEqual([false, false]);
        expect(await bothWays(`${sum}=0`, `xy${sign(b)}x${sign(a)}y=${-a * b}`)).toEqual([true, true]);
      }),
      { seed: 53, numRuns: 60 },
    );
  });

  it('compares intervals with the inequalities that say the same', async () => {
    const bound = fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: 1, max: 9 }));
    await fc.assert(
      fc.asyncProperty(
        bound,
        fc.integer({ min: 1, max: 50 }),
        fc.boolean(),
        fc.boolean(),
        async ([top, bottom], width, low, high) => {
          const [from, to] = [`\\frac{${top}}{${bottom}}`, `\\frac{${top + width}}{${bottom}}`];
          const interval = (open: boolean, close: boolean) => `${open ? '(' : '['}${from}, ${to}${close ? ')' : ']'}`;
          const chain = `${top + width}/${bottom} ${high ? '>' : '\\ge'} t ${low ? '>' : '\\geq'} ${from}`;
          expect(await bothWays(interval(low, high), chain)).toEqual([true, true]);
          expect(await bothWays(interval(!low, high), chain)).toEqual([false, false]);
          expect(await bothWays(interval(low, !high), `t \\in ${interval(low, high)}`)).toEqual([false, false]);
        },
      ),
      { seed: 54, numRuns: 60 },
    );
  });
});

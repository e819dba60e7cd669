import { describe, expect, it } from 'vitest';
import { boxedTexts, boxesIn } from '../../../../services/domain/replies/boxes.ts';

describe('boxes', () => {
  it.each([
    ['with braces inside', 'So \\boxed{\\frac{1}{\\sqrt{2}}}.', ['\\frac{1}{\\sqrt{2}}']],
    ['with escaped braces inside', '\\boxed{\\{1, 2\\}}', ['\\{1, 2\\}']],
    ['framed', 'It is \\fbox{42} or \\framebox{43}', ['42', '43']],
    ['without braces, up to the end of the formula', 'So $\\boxed 12$ and $\\boxed x+1$.', ['12', 'x+1']],
    ['without braces, in a displayed formula', '\\[ \\boxed\\frac{1}{2} \\]', ['\\frac{1}{2} ']],
    ['without braces and delimiters', '\\boxed 7 is the answer', ['7']],
    ['escaped twice', '\\\\boxed{5}', ['5']],
    ['never closed', '\\boxed{5', []],
    ['in longer names', '\\boxedx{5}', []],
    ['empty', '\\boxed{}', ['']],
  ])('are found %s', (_how, text, expected) => {
    expect(boxedTexts(text)).toEqual(expected);
  });

  it('tell where they begin and end', () => {
    const text = 'a \\boxed{5} b $\\boxed 7$';
    expect(boxesIn(text).map(({ at, end }) => text.slice(at, end))).toEqual(['\\boxed{5}', '\\boxed 7']);
  });
});

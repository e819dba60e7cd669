import { describe, expect, it } from 'vitest';
import { parsePythonExpression } from '../../../../services/domain/scoring/python-expression.ts';

const value = (text: string) => parsePythonExpression(text)?.at(() => 3);

describe('an expression in Python notation', () => {
  it.each([
    ['1 + 2*3', 7],
    ['-2**2', -4],
    ['2**-1', 0.5],
    ['2**3**2', 512],
    ['7 // 2 - 7 % 4', 0],
    ['-7 // 2', -4],
    ['(1 + 2)*3', 9],
    ['4!', 24],
    ['2 ^ 3', 1],
    ['x*x - x', 6],
    ['sqrt(16) + Abs(-1)', 5],
    ['log(8, 2)', 3],
    ['.5 + 1e1', 10.5],
    ['cos(pi)', -1],
  ])('%s is %d', (text, expected) => {
    expect(value(text)).toBeCloseTo(expected, 12);
  });

  it.each([
    '',
    '2x',
    '1 +',
    '(1',
    '\\frac{1}{2}',
    'x = 2',
    'f(x)',
    'a and b',
    '1, 2',
    'sqrt',
    'constructor(1)',
    '3 4',
    'x'.repeat(501),
  ])('%s is none', (text) => {
    expect(parsePythonExpression(text)).toBeUndefined();
  });

  it('names its symbols', () => {
    expect(parsePythonExpression('m*c**2 + pi')?.symbols).toEqual(new Set(['m', 'c']));
  });
});

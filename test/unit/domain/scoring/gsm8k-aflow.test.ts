import { describe, expect, it } from 'vitest';
import { gsm8kAflow } from '../../../../services/domain/scoring/gsm8k-aflow.ts';

const scored = (answer: string, reference: string) => gsm8kAflow.score(answer, { id: 'q', fields: {}, reference });

describe('the GSM8K scorer of AFlow', () => {
  it.each([
    ['takes the last number, whatever it counts', 'She has 12 apples after 3 days.', '3', 1],
    ['misses a marked answer that another number follows', '\\boxed{12} apples in 3 days', '12', 0],
    ['reads a hyphen between numbers as a minus', 'between 3-5', '-5', 1],
    ['reads a list of numbers with commas as one number', '12345,678', '12345678', 1],
    ['drops thousands separators', 'It costs $1,234.50 in all', '1234.5', 1],
    ['does not know exponents', 'about 1e3', '3', 1],
    ['ignores a percent sign', '50%', '50', 1],
    ['does not divide fractions', '3/4', '4', 1],
    ['loses the digit before a bare decimal point', 'costs .75', '75', 1],
    ['takes a full stop after a number as the end of the sentence', 'It is 7.', '7', 1],
    ['does not know the typographic minus', '\u22125', '5', 1],
    ['reads digits of other scripts', 'the answer is \u0663\u0664', '34', 1],
    ['reads mathematical digits', 'the answer is \u{1D7DB}\u{1D7EC}', '30', 1],
    ['accepts a difference of a millionth', '2.0000009', '2', 1],
    ['refuses more than a millionth', '2.0000012', '2', 0],
    ['finds nothing in words', 'twelve', '12', 0],
    ['finds nothing in an empty answer', '', '0', 0],
  ])('%s', (_rule, answer, reference, score) => {
    expect(scored(answer, reference).score).toBe(score);
  });

  it('reports what it compared', () => {
    expect(scored('It is $1,200', '1200')).toEqual({ score: 1, extracted: '1200' });
    expect(scored('no idea', '1200')).toEqual({ score: 0, extracted: '' });
  });

  it('reads the reference by the same rule', () => {
    expect(scored('18', '9 * 2 = 18\n#### 18').score).toBe(1);
    expect(scored('18', 'eighteen').score).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import type { OptionValue } from '../../../../../services/domain/benchmark.ts';
import { scorerKinds } from '../../../../../services/domain/scoring/kinds/registry.ts';

/** The kind with its defaults and these options. */
function scorerOf(kind: string, options: Readonly<Record<string, OptionValue>> = {}) {
  const known = scorerKinds.get(kind);
  if (!known) throw new Error(kind);
  const defaults = Object.entries(known.options).flatMap(([name, rule]) => ('default' in rule ? [[name, rule.default]] : []));
  return known.create('mine', { ...Object.fromEntries(defaults), ...options });
}

async function scoreOf(kind: string, answer: string, reference: string, options: Readonly<Record<string, OptionValue>> = {}) {
  const tools = { code: undefined, signal: new AbortController().signal };
  return scorerOf(kind, options).score(answer, { id: 'q', fields: {}, reference }, tools);
}

describe.each<[string, ...[string, string, Record<string, OptionValue>, number][]]>([
  [
    'labels',
    ['AC', 'A,C', { choices: ['A', 'B', 'C'] }, 1],
    ['AC', 'A,B', { choices: ['A', 'B', 'C'] }, 0],
    ['AC.', 'A', { choices: ['A', 'B', 'C'] }, 0],
    ['CAB', 'A,C', { choices: ['A', 'C', 'CAB'] }, 0],
    ['A and C', 'A,C', { choices: ['A', 'B', 'C'] }, 1],
    ['All except B and D', 'A,C', { choices: ['A', 'B', 'C', 'D'] }, 1],
    ['All except B', 'A,C', { choices: ['A', 'B', 'C', 'D'] }, 0],
    ['All of them', 'A,B', { choices: ['A', 'B'] }, 1],
    ['all', 'all', { choices: ['all', 'B'] }, 1],
    ['-1, 0', '-1, 0', {}, 1],
    ['-1, 0', '1, 0', {}, 0],
    ['- -1\n- 0', '-1, 0', {}, 1],
    ['- one\n-two', 'one, two', {}, 1],
    ['A\u2212, \u22121', 'A-, -1', {}, 1],
  ],
  [
    'exact-match',
    ['5', 'R$ 5', {}, 1],
    ['R$5', 'R$ 5', {}, 1],
    ['$5', 'R$ 5', {}, 0],
    ['US$5', '$5', {}, 1],
    ['The answer is Paris, because it is the capital.', 'Paris', {}, 1],
    ['Answer: Paris, which lies on the Seine', 'Paris', {}, 1],
    ['Answer: Paris, France', 'Paris', {}, 0],
    ['Answer: Lyon, because Paris is not', 'Paris', {}, 0],
    ['Paris', 'Paris', {}, 1],
    ['```sql\nSELECT 1\n```', 'SELECT 1', {}, 1],
    ['$\\text{Paris}$', 'Paris', {}, 1],
    ['Paris (95% confident)', 'Paris', {}, 1],
    ['The answer is: **the paris**.', 'Paris', {}, 1],
    ['I think it is Paris, or Lyon', 'Paris', {}, 0],
    ['Paris', 'paris', { ignore: [] }, 0],
    ['paris.', 'Paris', { ignore: ['case'] }, 0],
    ['São Paulo', 'Sao Paulo', {}, 0],
    ['São Paulo', 'Sao Paulo', { ignore: ['case', 'accents'] }, 1],
    ['NYC', 'New York|NYC', { alternatives: '|' }, 1],
    ['New York|NYC', 'New York|NYC', {}, 1],
    ['1,200', '1200', {}, 0],
    ['', 'Paris', {}, 0],
    ['5', '-5', {}, 0],
    ['-5', '5', {}, 0],
    ['\u22125', '-5', {}, 1],
    ['\u20135', '-5', {}, 1],
    ['\u20115', '-5', {}, 1],
    ['Answer: (-5)', '-5', {}, 1],
    ['-$5', '$-5', {}, 1],
    ['-$5', '$5', {}, 0],
    ['$5', '5', {}, 1],
    ['[1,2]', '[1, 2]', {}, 1],
    ['1,2', '12', {}, 0],
    ['5', '$5', {}, 1],
    ['5 €', '€5', {}, 1],
    ['5 €', '$5', {}, 0],
    ['$6', '5', {}, 0],
    ['$', '€', {}, 0],
    ['$-5', '5', {}, 0],
    ['5 °C', '5°C', {}, 1],
    ['+5', '5', {}, 1],
    ['1990\u20131995', '1990-1995', {}, 1],
    ['.5', '5', {}, 0],
    ['.5', '.5', {}, 1],
    ['C#', 'C', {}, 0],
    ['C#.', 'c#', {}, 1],
    ['A-', 'A', {}, 0],
    ['A', 'A-', {}, 0],
    ['I give it an a-.', 'A-', {}, 0],
    ['Answer: an a-.', 'A-', {}, 1],
    ['**A\u2212**', 'A-', {}, 1],
    ['BBB-', 'BBB', {}, 0],
    ['BBB- (stable)', 'BBB-, stable', {}, 1],
    ['O\u207b', 'O-', {}, 1],
    ['pre- and postwar', 'pre and postwar', {}, 1],
    ['Yes - it is', 'yes it is', {}, 1],
    ['a != b', 'a = b', {}, 0],
    ['a!=b', 'a != b', {}, 1],
    ['10\u00b2', '102', {}, 0],
    ['10\u00b2', '10^2', {}, 1],
    ['10\u207b\u00b3', '10^-3', {}, 1],
    ['12 m\u00b2', '12 m2', {}, 1],
    ['2\u00bd', '21/2', {}, 0],
    ['2\u00bd', '2 1/2', {}, 1],
    ['\u00bd', '1/2', {}, 1],
    ['x=5', 'x = 5', {}, 1],
    ['x=-5', 'x = 5', {}, 0],
    ['\u22125', '-5', { ignore: [] }, 1],
    ['ANSWER: correct!', 'correct', {}, 1],
    ['The answer is B. I hope it is correct.', 'B', {}, 1],
    ['well-known', 'well known', {}, 1],
    ['US', 'U.S.', {}, 1],
    ['dont', "don't", {}, 1],
    ['J. R. R. Tolkien', 'J.R.R. Tolkien', {}, 1],
    ['US', 'U.S.', { ignore: ['case'] }, 0],
    ['Paris\n\nExplanation: it is the capital.', 'Paris', {}, 1],
    ['Answer: I am here. Come in.', 'I am here. Come in.', {}, 1],
    ['Answer: I am here. That is so.', 'I am here', {}, 1],
    ['<answer>The answer is blowing.</answer>', 'The answer is blowing', {}, 1],
    ['Answer: `my_name`', 'my_name', {}, 1],
    ['Answer: 2*3', '23', {}, 0],
    ['A', 'A', {}, 1],
    ['The', 'A', {}, 0],
    ['', 'A', {}, 0],
    ['+', '+', {}, 1],
    ['!', '?', {}, 0],
    ['Reasons.\nAnswer: Paris', 'Paris', { marked: false }, 0],
  ],
  [
    'token-f1',
    ['the red fox', 'red fox', {}, 1],
    ['red fox jumps high', 'red fox', {}, 2 / 3],
    ['blue', 'red fox', {}, 0],
    ['-5', '5', {}, 0],
    ['5', '-5', {}, 0],
    ['\u22125 degrees', '-5 degrees', {}, 1],
    ['fox', 'red fox|fox', { alternatives: '|' }, 1],
  ],
  [
    'contains',
    ['It must be Paris, the capital.', 'Paris', {}, 1],
    ['Parisian', 'Paris', {}, 0],
    ['New, and York', 'New York', {}, 0],
    ['in New York!', 'New York', {}, 1],
    ['<answer>Paris</answer>', 'Paris', {}, 1],
    ['use `foo`', 'foo', {}, 1],
    ['it costs $5.', '5', {}, 1],
    ['it is -5', '5', {}, 0],
    ['it is \u22125', '-5', {}, 1],
    ['from 3-5', '5', {}, 1],
    ['items:\n- 5', '5', {}, 1],
  ],
  [
    'number',
    ['It is \\boxed{12}. Not 13.', '12', {}, 1],
    ['about 12.05', '12', {}, 0],
    ['about 12.05', '12', { tolerance: 0.1 }, 1],
    ['1,010', '1000', { relative: 0.02 }, 1],
    ['1,030', '1000', { relative: 0.02 }, 0],
    ['none', '12', {}, 0],
    ['3.161e-13', '1.211e-13', {}, 0],
    ['1.211e-13', '1.211e-13', {}, 1],
    ['3.161e-13', '1.211e-13', { relative: 0.01 }, 0],
    ['1.212e-13', '1.211e-13', { relative: 0.01 }, 1],
    ['0.4', '0.5', { tolerance: 0.2 }, 1],
    ['1e-7', '0', {}, 1],
    ['6.02 \\times 10^{23}', '6.02e23', {}, 1],
    ['6.03 \\times 10^{23}', '6.02e23', {}, 0],
    ['50%', '0.5', {}, 1],
    ['\u22125', '-5', {}, 1],
    ['5', '-5', {}, 0],
  ],
  [
    'choice',
    ['B', 'B', {}, 1],
    ['b', 'B', {}, 1],
    ['(B)', 'b', {}, 1],
    ['The answer is B, since A is wrong.', 'B', {}, 1],
    ['A is tempting. C is absurd.\nSo I take B.', 'B', {}, 1],
    ['A cat sat; \\boxed{D}', 'D', {}, 1],
    ['Option C: the last one', 'B', {}, 0],
    ['I cannot say', 'A', {}, 0],
    ['No, it is not.', 'no', { choices: ['yes', 'no'] }, 1],
    ['Nothing', 'no', { choices: ['yes', 'no'] }, 0],
  ],
  [
    'pattern',
    ['code: X-17 then code: X-18', 'x-18', { pattern: 'code: (\\S+)' }, 1],
    ['code: X-17', 'X-18', { pattern: 'code: (\\S+)' }, 0],
    ['no code', 'X-18', { pattern: 'code: (\\S+)' }, 0],
    ['ends with ok', '', { pattern: 'ok$' }, 1],
    ['ends with no', '', { pattern: 'ok$' }, 0],
  ],
])('the scorer kind %s', (kind, ...examples) => {
  it.each(examples)('judges %j against %j with %j: %d', async (answer, reference, options, expected) => {
    expect((await scoreOf(kind, answer, reference, options)).score).toBeCloseTo(expected, 10);
  });
});

describe('a query that no answer could be right for', () => {
  it.each([
    ['exact-match', ' ', /no reference/],
    ['number', '12,5', /has a comma where a decimal point must be/],
    ['number', '1,2345 %', /has a comma/],
    ['number', 'twelve', /its reference "twelve" holds no number/],
    ['choice', 'E', /its reference "E" is none of the choices A, B, C, D/],
  ])('is told by %s', (kind, reference, fault) => {
    expect(scorerOf(kind).faultOf?.({ id: 'q', fields: {}, reference })).toMatch(fault);
    expect(scorerOf(kind).faultOf?.({ id: 'q', fields: {}, reference: kind === 'number' ? '12' : 'A' })).toBe('');
  });

  it('is no regular expression that cannot be read', () => {
    expect(() => scorerOf('pattern', { pattern: '(' })).toThrow(/pattern is no regular expression/);
  });
});

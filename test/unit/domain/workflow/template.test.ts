import { describe, expect, test } from 'vitest';
import type { Value } from '../../../../services/domain/operators/operator.ts';
import { ExpressionError, parseExpression, valueLimits } from '../../../../services/domain/workflow/expression.ts';
import { parseTemplate, templateText, templateValue } from '../../../../services/domain/workflow/template.ts';

const values: Record<string, Value> = {
  x: 'a',
  n: 3,
  half: 0.5,
  yes: true,
  xs: ['a', 'b'],
  record: { response: 'r', nested: { list: [1, 2] } },
  none: null,
};
const variables = (name: string) => values[name];
const filledIn = (template: string) => templateValue(parseTemplate(template), variables);

describe('a template', () => {
  test.each<[string, Value]>([
    ['{{xs}}', ['a', 'b']],
    [' {{ xs }}\n', ['a', 'b']],
    ['{{n}}', 3],
    ['{{record.nested.list[1]}}', 2],
    ['{{yes}}', true],
  ])('that is one expression keeps its type: %s', (template, value) => expect(filledIn(template)).toEqual(value));

  test.each([
    ['plain', 'plain'],
    ['{{x}}{{n}}', 'a3'],
    ['x = {{x}}, n = {{n + 1}}, half = {{half}}, yes = {{yes}}', 'x = a, n = 4, half = 0.5, yes = true'],
    ['Both:\n{{xs}}', 'Both:\na\n\nb'],
    ['\\boxed{{{x}}}', '\\boxed{a}'],
    ['{ "a": "{{x}}" }', '{ "a": "a" }'],
    ['{{ {"k": "}}"}.k }} and {{"{{"}}', '}} and {{'],
    ["{{ 'it\\'s }}' }}!", "it's }}!"],
    ['a }} b', 'a }} b'],
    ['', ''],
  ])('fills in its expressions: %j', (template, text) => expect(filledIn(template)).toBe(text));

  test('has no blanks at line ends, so that the ways to write a text in YAML make no difference', () => {
    expect(filledIn('one  \r\ntwo\t\n\n  three \n\n')).toBe('one\ntwo\n\n  three');
  });

  test('reads a line end inside quotes as one, where YAML has already turned the escape into it', () => {
    expect(filledIn('{{x + "\n" + x}}')).toBe('a\na');
  });

  test.each([
    ['{{x', 'has no "}}"'],
    ['{{}}', 'empty'],
    ['{{x y}}', 'not expected'],
    ['{{record}} is', 'is not a text'],
    ['{{none}}!', 'is not a text'],
    ['{{unknown}}', '"unknown" has no value'],
    ['{{xs[7]}}', 'out of bounds'],
    ['{{1 / 0}}', 'zero'],
    ['{{b"x"}}', 'bytes'],
    ['{{xs.map(a, xs.map(b, xs.map(c, c)))}}', 'nested more than 2'],
    ['{{type(1)}}', 'not a text'],
  ])('without a value says why: %s', (template, why) => {
    expect(() => templateText(parseTemplate(template), variables)).toThrow(ExpressionError);
    expect(() => templateText(parseTemplate(template), variables)).toThrow(why);
  });
});

describe('an expression', () => {
  test('lists the names that it needs, without those that a macro binds', () => {
    expect([...parseExpression('xs.filter(each, each != x).size() > n && each == x').names]).toEqual(['xs', 'x', 'n', 'each']);
    expect([...parseExpression('xs.all(each, each == x)').names]).toEqual(['xs', 'x']);
  });

  test('counts in whole numbers, and gives plain values', () => {
    const evaluate = (text: string) => parseExpression(text).evaluate(variables);
    expect(evaluate('n / 2')).toBe(1);
    expect(evaluate('size(xs) * 2')).toBe(4);
    expect(evaluate('{"a": [n, half]}')).toEqual({ a: [3, 0.5] });
    expect(evaluate('xs.map(each, each + "!")')).toEqual(['a!', 'b!']);
    expect(evaluate('"a,b".split(",")')).toEqual(['a', 'b']);
  });

  test('cannot grow without limit', () => {
    const long = 'y'.repeat(valueLimits.characters);
    expect(() => parseExpression('y + y').evaluate(() => long)).toThrow('longer than');
    expect(() => parseExpression('y + y').evaluate(() => Array.from({ length: valueLimits.items }, () => 'y'))).toThrow(
      'longer than',
    );
  });
});

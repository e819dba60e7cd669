import { describe, expect, test } from 'vitest';
import { ExpressionError, parseExpression, valueLimits } from '../../../../../services/domain/workflow/expression/expression.ts';
import { parseTemplate, templateText, templateValue } from '../../../../../services/domain/workflow/expression/template.ts';
import type { StepValue } from '../../../../../services/domain/workflow/expression/value.ts';

const values: Record<string, StepValue> = {
  x: 'a',
  n: 3n,
  half: 0.5,
  one: 1,
  yes: true,
  xs: ['a', 'b'],
  record: { response: 'r', nested: { list: [1n, 2n] } },
  none: null,
};
const variables = (name: string) => values[name];
const filledIn = (template: string) => templateValue(parseTemplate(template), variables);

describe('a template', () => {
  test.each<[string, StepValue]>([
    ['{{xs}}', ['a', 'b']],
    [' {{ xs }}\n', ['a', 'b']],
    ['{{n}}', 3n],
    ['{{half + half}}', 1],
    ['{{record.nested.list[1]}}', 2n],
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
    ['Put it in \\boxed{{}}, not x^{{}} or \\frac{}{{}}.', 'Put it in \\boxed{{}}, not x^{{}} or \\frac{}{{}}.'],
    ['{"a": {"b": {{n}}}}', '{"a": {"b": 3}}'],
    ['{{1e21}} {{0.0000001}} {{2.0}} {{1.0 / 3.0}}', '1000000000000000000000 0.0000001 2 0.3333333333333333'],
    ['{{9007199254740993}} {{7u}}', '9007199254740993 7'],
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
    ['Reply as {{"answer": 1}}', 'a single { or } is text'],
    ['x^{{n}\\choose k}', 'a single { or } is text'],
    ['{{1.0 / 0.0}}', 'is not a finite number'],
    ['{{x y}}', 'not expected'],
    ['{{record}} is', 'is not a text'],
    ['{{none}}!', 'is not a text'],
    ['{{unknown}}', '"unknown" has no value'],
    ['{{xs[7]}}', 'out of bounds'],
    ['{{1 / 0}}', 'zero'],
    ['{{b"x"}}', 'bytes'],
    ['{{xs.map(a, xs.map(b, xs.map(c, c)))}}', 'nested more than 2'],
    ['{{type(1)}}', 'there is no function "type"'],
    ['{{timestamp(0)}}', 'a workflow has no clock'],
    ['{{"\\u12"}}', 'is not whole'],
    ['{{9223372036854775808}}', 'too large'],
    ['{{half / 2}}', '/ does not mix double and int: write 2.0 for 2'],
    ['{{int(x)}}', 'the text "a" is not a whole number'],
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
    expect(evaluate('one / 2.0')).toBe(0.5);
    expect(() => evaluate('9007199254740992 + 1')).toThrow('too large');
    expect(evaluate('size(xs) * 2')).toBe(4);
    expect(evaluate('{"a": [n, half]}')).toEqual({ a: [3, 0.5] });
    expect(evaluate('xs.map(each, each + "!")')).toEqual(['a!', 'b!']);
    expect(evaluate('"a,b".split(",")')).toEqual(['a', 'b']);
  });

  test('keeps a double a double and an int an int, whatever they are worth, from step to step', () => {
    const value = (text: string, from: StepValue) => parseExpression(text).value(() => from);
    expect(value('x * 0.5', value('x + x', 0.5))).toBe(0.5);
    expect(() => value('x + 1', value('x * 2.0', 0.5))).toThrow('does not mix');
    expect(value('x + 1', value('x * 2', 4n))).toBe(9n);
    expect(value('x[1]', value('{1: 2.0}', null))).toBe(2);
    expect(value('x == 9007199254740993', value('x + 2', 9007199254740991n))).toBe(true);
    expect(value('x + 1u', value('1u', null))).toEqual(value('2u', null));
    expect(value('x.map(y, y / 2.0)', value('[1.0, 2.0]', null))).toEqual([0.5, 1]);
  });

  test('cannot grow without limit', () => {
    const long = 'y'.repeat(valueLimits.characters);
    expect(() => parseExpression('y + y').evaluate(() => long)).toThrow('longer than');
    expect(() => parseExpression('y + y').evaluate(() => Array.from({ length: valueLimits.items }, () => 'y'))).toThrow(
      'longer than',
    );
  });
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ExpressionError, parseExpression } from '../../../../../services/domain/workflow/expression/expression.ts';
import { type StepValue, Unsigned } from '../../../../../services/domain/workflow/expression/value.ts';

/** What cel-go 0.32.0 makes of some thousand expressions; main.go beside it made the table. */
const rows = readFileSync(new URL('../../../../fixtures/cel/cel-go.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as [expression: string, value?: unknown]);

/** Where the product keeps to the specification and cel-go, without types checked before, does not; or is lenient on purpose. */
const exceptions = new Map<string, unknown>([
  // An int and a double are compared as the numbers that they are, also where a double cannot hold the int.
  ['[9007199254740993 < 9007199254740993.0, 9007199254740993 == 9007199254740993.0]', [false, false]],
  ['[9007199254740993.0 < 9007199254740993, 9007199254740993.0 == 9007199254740993]', [false, false]],
  ['[9223372036854775807 < 9223372036854775807.0, 9223372036854775807 == 9223372036854775807.0]', [false, false]],
  ['[9223372036854775807.0 < 9223372036854775807, 9223372036854775807.0 == 9223372036854775807]', [false, false]],
  ['9007199254740993 == 9007199254740992.0', false],
  // A key is a text, an int, an uint or a truth value, and each is there once.
  ["{1.0: 'a'}", { map: [[{ int: '1' }, 'a']] }],
  ["{1.5: 'a'}", 'error'],
  ["{null: 'a'}", 'error'],
  ["{[1]: 'a'}", 'error'],
  ["{'a': 1, 'a': 2}", 'error'],
  // A backslash that begins no escape stands for itself: models write patterns such as '\\d+' with one.
  ["'\\z'", '\\z'],
]);

function answerTo(expression: string): unknown {
  try {
    return shown(parseExpression(expression).value(() => undefined));
  } catch (error) {
    if (error instanceof ExpressionError) return 'error';
    throw error;
  }
}

function shown(value: StepValue): unknown {
  if (typeof value === 'bigint') return { int: String(value) };
  if (typeof value === 'number') return { double: doubleText(value) };
  if (value instanceof Unsigned) return { uint: String(value.value) };
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(shown);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const pairs = entries.map(([key, inner]) => [shown(key), shown(inner)]);
  return { map: pairs.toSorted((left, right) => (JSON.stringify(left[0]) < JSON.stringify(right[0]) ? -1 : 1)) };
}

/** Go writes the digits of a double otherwise; the double is what counts. */
function doubleText(value: number | string): string {
  const number = typeof value === 'number' ? value : Number(value.replace('Inf', 'Infinity').replace(/^\+/, ''));
  return Object.is(number, -0) ? '-0' : String(number);
}

function expected(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, inner: unknown) => (key === 'double' ? doubleText(inner as string) : inner));
}

test('expressions give what they give in cel-go', () => {
  const different = rows.flatMap(([expression, ...values]) => {
    const table = values.length === 0 ? 'error' : expected(values[0]);
    const want = exceptions.has(expression) ? exceptions.get(expression) : table;
    const got = answerTo(expression);
    return JSON.stringify(got) === JSON.stringify(want) ? [] : [{ expression, want, got }];
  });
  expect(rows.length).toBeGreaterThan(1000);
  expect(different).toEqual([]);
});

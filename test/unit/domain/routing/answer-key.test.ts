import { expect, test } from 'vitest';
import { answerKey } from '../../../../services/domain/routing/answer-key.ts';

const long =
  'We go step by step, and write down everything that is known of the problem before anything is added up at all. '.repeat(2);

test.each([
  ['a box', `${long}So it is \\boxed{1,200}.`, '1200'],
  ['a tag', `${long}<answer>Delivery</answer>`, 'delivery'],
  ['a plain short answer', ' Paris. ', 'paris'],
  ['a number with and without zeros', '12.50', '12.5'],
  ['a whole number with zeros after the point', '12.00', '12'],
  ['the last number of a long answer', `${long}That makes $34 in all`, '34'],
  ['the last line where there is no number', `${long}\nIt was Paris`, 'it was paris'],
])('%s', (_, answer, key) => {
  expect(answerKey(answer)).toBe(key);
});

test('programs agree only as a whole', () => {
  const program = (last: string): string => `def f(x):\n    y = x + 1\n${'    y += 1\n'.repeat(20)}    return ${last}\n`;
  expect(answerKey(program('y'))).not.toBe(answerKey(program('x')));
  expect(answerKey(program('y'))).toBe(answerKey(`\n${program('y')}\n`));
});

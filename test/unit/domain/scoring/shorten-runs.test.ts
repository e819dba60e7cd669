import { expect, test } from 'vitest';
import { scoreAnswer } from '../../../../services/domain/scoring/score-answer.ts';
import { shortenRuns } from '../../../../services/domain/scoring/shorten-runs.ts';

const query = (reference: string, ...more: string[]) => ({
  ...{ id: 'q', fields: {}, reference },
  ...(more.length > 0 && { rightAnswers: [reference, ...more] }),
});
const scorer = {};

test.each([
  ['digits', '1'.repeat(30_000), '1'.repeat(100)],
  ['dots and spaces', `12${'. '.repeat(30_000)}`, `12${'. '.repeat(100)}`],
  ['a rule', `a\n${'=-'.repeat(2_000)}\nb`, `a\n${'=-'.repeat(100)}\nb`],
  ['lines', `x${' \n'.repeat(5_000)}y`, `x${' \n'.repeat(100)}y`],
  ['signs of two units', '\u{1f600}'.repeat(3_000), '\u{1f600}'.repeat(100)],
])('a long row of %s is a hundred of them', (_what, answer, shortened) => {
  expect(shortenRuns(answer, query('12'), scorer)).toBe(shortened);
});

test.each([
  ['words and numbers, each of which counts', 'yes 12, '.repeat(2_000), query('12'), scorer],
  ['short answers', '1'.repeat(1_999), query('12'), scorer],
  ['what is like a right answer', '-'.repeat(4_000), query('12', `a\n${'-'.repeat(300)}`), scorer],
  ['programs, and what a program or a model judges', '0'.repeat(4_000), query('12'), { needs: 'code' } as const],
])('%s stay as they are', (_what, answer, asked, by) => {
  expect(shortenRuns(answer, asked, by)).toBe(answer);
});

test('an answer before or behind such a row is the same answer', async () => {
  const scorers = { scorer: 'gsm8k-strict', otherScorers: ['drop-strict', 'hotpotqa-strict', 'math-strict'] };
  const tools = { code: undefined, signal: new AbortController().signal };
  for (const row of ['. ', '\n', ' ', '-', '$']) {
    const answer = `The answer is 12.${row.repeat(20_000)}`;
    const { scores } = await scoreAnswer(answer, query('12'), scorers, tools);
    expect([row, scores.score]).toEqual([row, 1]);
  }
});

import { expect, test } from 'vitest';
import { text, whole } from '../../../../services/cli/eval/record-columns.ts';
import { encodeTable } from '../../../../services/cli/export/encode-table.ts';

const columns = [text('answer', (row: Row) => row.answer), whole('score', (row: Row) => row.score)];
interface Row {
  readonly answer: string;
  readonly score: number;
}
const answers = [
  '=HYPERLINK("http://evil")',
  '+1+1',
  '@SUM(A1)',
  '-2+3',
  '\t=1',
  '-3',
  '+4.5e-7',
  '- item',
  'plain',
  '',
  ' =1',
  '\u200b=1',
  '\n=1',
  '＝1',
  '３',
  'a;=1',
  'a;"@SUM(A1)',
  'one | -2+3',
  '1; -3; - item',
];
const rows = answers.map((answer) => ({ answer, score: -1 }));

test('a spreadsheet takes no text for a formula, and each number for a number', () => {
  const lines = String(encodeTable('spreadsheet', columns, rows))
    .trimEnd()
    .split('\n');
  expect(lines).toEqual([
    'answer,score',
    `"'=HYPERLINK(""http://evil"")",-1`,
    "'+1+1,-1",
    "'@SUM(A1),-1",
    "'-2+3,-1",
    `'\t=1,-1`,
    '-3,-1',
    '+4.5e-7,-1',
    "'- item,-1",
    'plain,-1',
    '"",-1',
    "' =1,-1",
    `'\u200b=1,-1`,
    ...[`"'`, `=1",-1`],
    "'＝1,-1",
    '３,-1',
    "a;'=1,-1",
    `"a;""'@SUM(A1)",-1`,
    "one | '-2+3,-1",
    "1; '-3; - item,-1",
  ]);
});

test('programs read texts from CSV as they are', () => {
  expect(String(encodeTable('csv', columns, rows))).toContain('\n-2+3,-1\n');
});

test('a text of blanks is written in a time that grows with its length', () => {
  const written = String(encodeTable('spreadsheet', columns, [{ answer: `x${'\n'.repeat(200_000)}`, score: 0 }]));
  expect(written.length).toBeGreaterThan(200_000);
});

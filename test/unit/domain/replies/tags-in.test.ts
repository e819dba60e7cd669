import { expect, test } from 'vitest';
import { headedText } from '../../../../services/domain/replies/headed-text.ts';
import { plainNumber } from '../../../../services/domain/replies/plain-number.ts';
import { tagsIn } from '../../../../services/domain/replies/tags-in.ts';
import { fencedTexts, withoutFence } from '../../../../services/domain/replies/without-fence.ts';

const names = ['reason', 'box'] as const;

test('tags come in order, each with its text as it stands there, and with whether it is closed', () => {
  expect(tagsIn('<reason> a </reason><box>1</box>\n<box>2', names)).toEqual([
    { name: 'reason', text: ' a ', closed: true },
    { name: 'box', text: '1', closed: true },
    { name: 'box', text: '2', closed: false },
  ]);
});

test.each([
  ['a tag inside another, where there is one outside', '<reason>not <box>1</box></reason><box>2</box>', ['2']],
  ['a tag inside another, where there is none outside', '<reason>say <box>1</box></reason>', ['1']],
  ['a tag of a longer name', '<boxes>1</boxes>', []],
  ['signs that are no tags', 'a < b, and box > c', []],
  ['thoughts in its text, which are its own', '<box>1 <think>2</think></box>', ['1 <think>2</think>']],
  ['tags of other names in its text', '<box><b>1</b></box>', ['<b>1</b>']],
  ['escaped signs in its text', '<box>a &lt; b</box>', ['a &lt; b']],
  ['two end tags', '<box>1</box></box>', ['1']],
  ['an end tag alone', '1</box>', []],
  ['a fence that its text begins', '<box>\n```\n1\n```', ['\n```\n1\n```']],
  ['a list in JSON', '{"box": [1, 2]}', ['[1,2]']],
  ['null in JSON', '{"box": null}', []],
])('are read with %s', (_what, reply, texts) => {
  expect(tagsIn(reply, names).flatMap(({ name, text }) => (name === 'box' ? [text] : []))).toEqual(texts);
});

test('a reply that repeats a piece without end is read in no time', () => {
  const pieces = [
    '<box>',
    '<box></box>',
    '<reason><box>',
    '<',
    '<box ',
    '<think><box>',
    '<reasoning>',
    '~~~',
    '```\n',
    '{',
    '&lt;box&gt;',
    '</s>',
    '\n',
    ' ',
  ];
  for (const piece of pieces) {
    const text = piece.repeat(50_000 / piece.length);
    tagsIn(text, names);
    tagsIn(`${text}</box></reason>`, names);
    withoutFence(text);
    headedText(text, 'box');
  }
});

test.each([
  ['one block', '```yaml\na: 1\n```', 'a: 1'],
  ['one block with blanks around it', '\n\n```\na\n```\n\n', 'a'],
  ['one block that is not closed', '```yaml\na: 1\n', 'a: 1'],
  ['one whose end stands in its last line', '```\na```', 'a'],
  ['a block in a block, indented further', '```yaml\na: |-\n    ```\n    b\n    ```\n```', 'a: |-\n    ```\n    b\n    ```'],
  ['two blocks, which are left', '```\na\n```\nor\n```\nb\n```', '```\na\n```\nor\n```\nb\n```'],
  ['none', 'a', 'a'],
])('without its fence: %s', (_what, text, inside) => expect(withoutFence(text)).toBe(inside));

test('fenced blocks are found in order, those of tildes too', () => {
  expect(fencedTexts('x\n```yaml\na\n```\ny\n~~~\n```\nb\n~~~\n```\nc')).toEqual(['a', '```\nb', 'c']);
});

test.each([
  ['0.85', '0.85'],
  ['.5', '.5'],
  ['**0.85**', '0.85'],
  ['`0.85`', '0.85'],
  ['$\\boxed{0.85}$', '0.85'],
  ['0.85.', '0.85'],
  ['"1"', '1'],
  ['-0.1', undefined],
  ['85%', undefined],
  ['8/10', undefined],
  ['0.8-0.9', undefined],
  ['about 0.8', undefined],
  ['0,85', undefined],
  ['1e3', undefined],
  ['', undefined],
])('the plain number of %j is %s', (text, digits) => expect(plainNumber(text)).toBe(digits));

test.each([
  ['**Score:** 8', '8'],
  ['Score: 8', '8'],
  ['- **Score**: 8', '8'],
  ['## Score\n\n8', '8'],
  ['**Score**\n8', '8'],
  ['Score: 8\nSo the score: 8', '8'],
  ['Score: 8\nScore: 9', undefined],
  ['The score is 8', undefined],
  ['Scores: 8', undefined],
])('under the heading "score", %j says %s', (text, said) => expect(headedText(text, 'score')).toBe(said));

import { describe, expect, test } from 'vitest';
import { readTags } from '../../../../services/domain/replies/read-tags.ts';

const names = ['thought', 'answer'] as const;

describe('the fields of a reply', () => {
  test.each<[what: string, reply: string, fields: object]>([
    ['as asked for', '<thought>1 + 1</thought>\n<answer>2</answer>', { thought: '1 + 1', answer: '2' }],
    ['with text around them', 'Sure!\n<answer>2</answer>\nHope this helps.', { answer: '2' }],
    ['in another case, with blanks', '< Answer >\n 2 \n</ANSWER>', { answer: '2' }],
    ['in a code fence', '```xml\n<thought>t</thought><answer>2</answer>\n```', { thought: 't', answer: '2' }],
    ['with a code fence inside', '<answer>\n```\n2\n```\n</answer>', { answer: '2' }],
    ['after a think block that tries the form', '<think>maybe <answer>3</answer></think><answer>2</answer>', { answer: '2' }],
    ['after a think block whose begin is missing', 'so <answer>3</answer></think>\n<answer>2</answer>', { answer: '2' }],
    ['after the form was repeated', 'I reply as <answer>…</answer>.\n<answer>2</answer>', { answer: '2' }],
    ['without the last end tag', '<thought>t</thought><answer>2', { thought: 't', answer: '2' }],
    ['without an end tag in the middle', '<thought>t <answer>2</answer>', { thought: 't', answer: '2' }],
    ['with an attribute', '<answer type="final">2</answer>', { answer: '2' }],
    ['from the last tag that holds something', '<answer>2</answer> <answer></answer>', { answer: '2' }],
    ['not from a longer name', '<answers>2</answers>', {}],
    ['as JSON', '```json\n{"thought": "t", "answer": 2}\n```', { thought: 't', answer: '2' }],
    ['with a sign that is not a tag', '<answer>x < 3 and y > 2</answer>', { answer: 'x < 3 and y > 2' }],
    ['empty', '<answer></answer>', { answer: '' }],
    ['not there', 'It is 2.', {}],
    ['in a think block that never ends', '<think>hm <answer>2</answer>', {}],
    ['in broken JSON', '{"answer": 2', {}],
  ])('are read %s', (_, reply, fields) => expect(readTags(reply, names)).toEqual(fields));
});

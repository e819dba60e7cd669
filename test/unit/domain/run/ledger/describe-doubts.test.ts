import { expect, test } from 'vitest';
import { addDoubts } from '../../../../../services/domain/run/ledger/call-doubts.ts';
import { describeDoubts } from '../../../../../services/domain/run/ledger/describe-doubts.ts';

test('doubts add up, and what there is none of is left out', () => {
  expect(addDoubts([{}, {}])).toEqual({});
  expect(
    addDoubts([
      { estimatedCalls: 1, servedAs: ['b', 'a'] },
      { estimatedCalls: 2, cutPrompts: 1, servedAs: ['b'] },
    ]),
  ).toEqual({
    estimatedCalls: 3,
    cutPrompts: 1,
    servedAs: ['a', 'b'],
  });
});

test('each doubt is a sentence with its model and its figures, known by a key that stays when they grow', () => {
  const use = { model: 'Qwen/Qwen3-32B', calls: 40, estimatedCalls: 3, cutPrompts: 2, servedAs: ['gemma3-270m'] };
  const described = describeDoubts([use, { model: 'other', calls: 7 }]);
  expect(described.map(({ sentence }) => sentence)).toEqual([
    'Qwen/Qwen3-32B was asked for, and the server says that gemma3-270m answered.',
    expect.stringMatching(/^Of 2 of 40 calls to Qwen\/Qwen3-32B, the server counts too few prompt tokens .*num_ctx/),
    expect.stringMatching(/^The tokens of 3 of 40 calls to Qwen\/Qwen3-32B are estimates/),
  ]);
  const later = describeDoubts([{ ...use, calls: 50, estimatedCalls: 4 }]);
  expect(later.map(({ key }) => key)).toEqual(described.map(({ key }) => key));
});

import { expect, test } from 'vitest';
import { describeCallsAtOnce } from '../../../../services/cli/progress/describe-spent.ts';

test('calls at once are told by model, and nothing where they are not known', () => {
  const callsAtOnce = [
    { model: 'qwen-plus', calls: 214.6 },
    { model: 'qwen3-8b', calls: 0.94 },
  ];
  expect(describeCallsAtOnce(callsAtOnce)).toBe('215 calls of qwen-plus and 0.9 of qwen3-8b, on average');
  expect(describeCallsAtOnce([])).toBe('');
  expect(describeCallsAtOnce(undefined)).toBe('');
});

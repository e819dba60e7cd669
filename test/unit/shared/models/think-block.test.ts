import { expect, test } from 'vitest';
import { splitThinkBlock } from '../../../../services/shared/models/think-block.ts';

test.each([
  ['no block', 'The answer is 4.\n', 'The answer is 4.\n', ''],
  ['a block', '<think>\n2 + 2\n</think>\n\nThe answer is 4.', 'The answer is 4.', '2 + 2'],
  ['an empty block, as Qwen writes with thinking off', '<think>\n\n</think>\n\n4', '4', ''],
  ['a block whose opening tag the template wrote into the prompt', '2 + 2\n</think>\n4', '4', '2 + 2'],
  ['a block that was cut off', '<think>\nFirst, 2 and', '', 'First, 2 and'],
  ['a tag in the middle of an answer without a block', 'Write <think> to think.', 'Write <think> to think.', ''],
])('%s', (_what, reply, text, reasoning) => {
  expect(splitThinkBlock(reply)).toEqual({ text, reasoning });
});

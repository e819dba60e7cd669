import { expect, test } from 'vitest';
import { decodeModelCall, encodeModelCall } from '../../../../services/shared/contracts/result-codec.ts';
import { replyOf } from '../../../../services/shared/models/model-call.ts';
import { modelCall } from '../../../support/bus-messages.ts';

test('a reply comes back from the journal as the model gave it', () => {
  const usage = { promptTokens: 10, completionTokens: 5, cachedTokens: 2, reasoningTokens: 1 };
  const reply = {
    text: 'The answer is 12.',
    reasoning: 'Six and six.',
    finishReason: 'length',
    usage,
    model: 'qwen',
    simulated: true,
  };
  const journaled = decodeModelCall(encodeModelCall({ ...modelCall('a/0'), ...reply }));
  expect(replyOf(journaled)).toStrictEqual(reply);
});

test('a reason to finish that a later version wrote is another one, and a usage that is absent is zero', () => {
  const none = { promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 };
  expect(replyOf({ ...modelCall('a/0'), finishReason: 'tired', usage: undefined })).toMatchObject({
    finishReason: 'other',
    usage: none,
  });
});

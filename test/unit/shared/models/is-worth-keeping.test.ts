import { expect, test } from 'vitest';
import { isWorthKeeping } from '../../../../services/shared/models/is-worth-keeping.ts';
import { modelCall } from '../../../support/bus-messages.ts';

test.each([
  ['one that ended by itself', {}, true],
  ['one that reached the limit of the call', { finishReason: 'length', usage: tokens(256) }, true],
  ['one that reached some other limit', { finishReason: 'length', usage: tokens(255) }, false],
  ['one that ended nobody knows why', { finishReason: 'other' }, false],
  ['one that a filter withheld', { finishReason: 'content-filter' }, false],
  ['one to a prompt that was cut', { promptCut: true }, false],
  ['several that ended by themselves', { samples: [sample('stop'), sample('stop')] }, true],
  ['several of which one did not', { samples: [sample('stop'), sample('length')], usage: tokens(600) }, false],
])('%s: %#', (_, change, expected) => {
  expect(isWorthKeeping({ ...modelCall('a/0'), ...change }, 256)).toBe(expected);
});

function tokens(completionTokens: number) {
  return { promptTokens: 10, completionTokens, cachedTokens: 0, reasoningTokens: 0 };
}

function sample(finishReason: string) {
  return { text: '12', reasoning: '', finishReason, completionTokens: 3 };
}

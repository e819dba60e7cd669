import { expect, test } from 'vitest';
import { createReplyCollector, readReply } from '../../../../services/shared/models/chat-reply.ts';
import { MalformedReplyError, ServerRefusal } from '../../../../services/shared/models/endpoint-errors.ts';
import { replyFixture } from '../../../support/faulty-endpoint.ts';

/** The recorded reply as the client would see it. */
function read(name: string) {
  const content = replyFixture(name);
  if (!name.endsWith('.stream.txt')) return readReply(JSON.parse(content));
  const collector = createReplyCollector();
  for (const line of content.split('\n')) {
    if (line.startsWith('data: {')) collector.add(JSON.parse(line.slice('data: '.length)));
  }
  return collector.reply();
}

const usage = (promptTokens: number, completionTokens: number, cachedTokens = 0, reasoningTokens = 0) => ({
  promptTokens,
  completionTokens,
  cachedTokens,
  reasoningTokens,
});

test.each([
  ['vllm-thinking.json', 'Nina keeps 7 pears.', 'She had 12 and gave 5 away.', 'stop', usage(31, 42)],
  ['vllm-thinking.stream.txt', '36 eggs', 'Three dozen is 36.', 'stop', usage(24, 17)],
  ['vllm-think-block.stream.txt', 'The answer is 9.', 'Half of 18 is 9.', 'stop', usage(20, 19)],
  ['vllm-cached.json', 'The bus needs 3 trips', '', 'length', usage(512, 6, 496)],
  ['openai.json', 'Each child gets 4 stickers.', '', 'stop', usage(1304, 211, 1280, 192)],
  ['openai.stream.txt', '4 stickers', '', 'stop', usage(33, 5, 0, 2)],
  ['openai-refusal.json', 'That is something I cannot help with.', '', 'content-filter', usage(40, 9)],
  ['llama-cpp.json', '<|im_end|>', '', 'length', usage(27, 6, 22)],
  ['llama-cpp.stream.txt', '<|im_end|>', '', 'length', usage(27, 6)],
  ['llama-cpp-timings-only.stream.txt', '<|im_end|>', '', 'length', usage(27, 6, 22)],
  ['llama-cpp-schema.json', '{\n\n    "answer" : 1609314101144841\n    }', '', 'stop', usage(27, 34, 22)],
])('%s is read with its text, reasoning, finish reason and usage', (name, text, reasoning, finishReason, tokens) => {
  expect(read(name)).toMatchObject({ text, reasoning, finishReason, usage: tokens, simulated: false });
});

test('a stream without its last chunks gives nothing', () => {
  const collector = createReplyCollector();
  expect(collector.add({ choices: [{ index: 0, delta: { content: '42' }, finish_reason: null }] })).toBe(true);
  expect(() => collector.reply()).toThrow(MalformedReplyError);
});

test('a chunk that brings no text says so, so that it does not count as a token', () => {
  const collector = createReplyCollector();
  expect(collector.add({ choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] })).toBe(false);
  expect(collector.add({ choices: [], usage: null })).toBe(false);
  expect(collector.add({ choices: [{ index: 0, delta: { reasoning: 'Hm' } }] })).toBe(true);
});

test('other choices than the first are not mixed in', () => {
  const choice = (index: number, content: string) => ({ index, message: { content }, finish_reason: 'stop' });
  expect(readReply({ choices: [choice(1, 'second'), choice(0, 'first')] }).text).toBe('first');
});

test('what is wrong with a reply is named by its place', () => {
  expect(() => readReply({ choices: [{ index: 0, message: { content: 42 }, finish_reason: 'stop' }] })).toThrow(
    /choices\.0\.message\.content/,
  );
});

test.each([
  ["OpenAI's", { error: { message: 'no' } }],
  ["vLLM's older", { object: 'error', message: 'no', code: 400 }],
  ["FastAPI's", { detail: 'no' }],
])('an error body in %s shape is the server refusing', (_shape, body) => {
  expect(() => readReply(body)).toThrow(ServerRefusal);
});

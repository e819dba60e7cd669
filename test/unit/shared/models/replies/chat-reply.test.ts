import { expect, test } from 'vitest';
import {
  EmptyReplyError,
  MalformedReplyError,
  ServerRefusal,
} from '../../../../../services/shared/models/errors/endpoint-errors.ts';
import { createReplyCollector } from '../../../../../services/shared/models/replies/chat-reply.ts';
import { readUsage, usageFigures } from '../../../../../services/shared/models/replies/chat-usage.ts';
import { replyFixture } from '../../../../support/faulty-endpoint.ts';
import { readReply } from '../../../../support/read-reply.ts';

const nothing = { promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 };

/** The recorded reply as the client would see it. */
function read(name: string) {
  const content = replyFixture(name);
  const collector = createReplyCollector();
  if (name.endsWith('.stream.txt')) {
    for (const line of content.split('\n'))
      if (line.startsWith('data: {')) collector.add(JSON.parse(line.slice('data: '.length)));
  } else collector.add(JSON.parse(content));
  return { ...collector.reply(), usage: readUsage(collector.usage, { guess: nothing, hasText: true }).usage };
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

const said = (content: unknown, more: object = {}, reason: unknown = 'stop') => ({
  choices: [{ index: 0, message: { role: 'assistant', content, ...more }, finish_reason: reason }],
});

test.each([
  [
    'parts',
    [
      { type: 'thinking', thinking: [{ type: 'text', text: 'Add.' }] },
      { type: 'text', text: '42' },
    ],
    {},
  ],
  ['one part', { type: 'text', text: '42' }, { reasoning: 'Add.' }],
  ['plain texts', ['4', '2'], { reasoning_content: 'Add.', reasoning: 'Add.' }],
  [
    'an output text',
    [
      { type: 'reasoning', summary: [{ text: 'Add.' }] },
      { type: 'output_text', text: '42' },
    ],
    {},
  ],
  [
    'a text in a value',
    [{ type: 'text', text: { value: '42' } }],
    { reasoning_details: [{ type: 'reasoning.text', text: 'Add.' }] },
  ],
  [
    "Anthropic's parts",
    [{ type: 'thinking', thinking: 'Add.' }, { type: 'redacted_thinking' }, { type: 'text', text: '42' }],
    {},
  ],
  ["Copilot's text", '42', { reasoning_text: 'Add.' }],
  ["LiteLLM's blocks", '42', { thinking_blocks: [{ type: 'thinking', thinking: 'Add.', signature: 's' }] }],
  ['channels', '<|channel|>analysis<|message|>Add.<|end|><|start|>assistant<|channel|>final<|message|>42', {}],
  ['a block of thoughts', '[THINK]Add.[/THINK]42', {}],
])('content as %s is read', (_form, content, more) => {
  expect(readReply(said(content, more))).toMatchObject({ text: '42', reasoning: 'Add.', finishReason: 'stop' });
});

test('a mark of thoughts stays in an answer whose server has parted the thoughts', () => {
  const text = '</think> ends a thought. The answer is 7';
  expect(readReply(said(text, { reasoning: 'Hm.' }))).toMatchObject({ text, reasoning: 'Hm.' });
});

test('a message that is a text is its content', () => {
  expect(readReply({ choices: [{ message: '42', finish_reason: 'stop' }] }).text).toBe('42');
  expect(readReply({ choices: [{ delta: '42', finish_reason: 'stop' }] }).text).toBe('42');
});

test('content that is neither text nor parts is named', () => {
  expect(() => readReply(said(42))).toThrow('the content of the reply is a number');
});

test.each([
  ['stop', 'stop'],
  ['end_turn', 'stop'],
  ['STOP', 'stop'],
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['MAX_TOKENS', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['maxOutputTokens', 'length'],
  ['incomplete', 'length'],
  ['time_limit', 'length'],
  ['limit', 'length'],
  ['content_filter', 'content-filter'],
  ['SAFETY', 'content-filter'],
  ['sensitive', 'content-filter'],
  ['something new', 'other'],
  ['', 'other'],
  [null, 'other'],
])('a whole reply that ends with %j is %s', (reason, expected) => {
  expect(readReply(said('42', {}, reason))).toMatchObject({ text: '42', finishReason: expected });
});

test.each(['abort', 'error', 'insufficient_system_resource', 'network_error', 'preempt', 'server_shutdown', 'deadline_exceeded'])(
  'a reply that the server gave up with %s is none',
  (reason) => {
    expect(() => readReply(said('4', {}, reason))).toThrow(MalformedReplyError);
  },
);

/** As LiteLLM 1.108.7 passes a whole body on from vLLM, and as OpenRouter does. */
const passedOn = (native: string) => [
  { finish_reason: 'stop', provider_specific_fields: { stop_reason: null, native_finish_reason: native } },
  { finish_reason: 'stop', native_finish_reason: native },
];

test.each(['abort', 'insufficient_system_resource'].flatMap(passedOn))(
  'a gateway that calls a fragment stopped is not believed: %j',
  (ending) => {
    expect(() => readReply({ choices: [{ index: 0, message: { content: '4' }, ...ending }] })).toThrow(MalformedReplyError);
  },
);

test.each([
  ['model_length', 'length'],
  ['SAFETY', 'content-filter'],
  ['end_turn', 'stop'],
  ['repetition', 'stop'],
])('where a gateway says "stop" of %s it is %s', (native, finishReason) => {
  for (const ending of passedOn(native)) {
    expect(readReply({ choices: [{ index: 0, message: { content: '42' }, ...ending }] }).finishReason).toBe(finishReason);
  }
});

const calls = { tool_calls: [{ id: 't1', type: 'function', function: { name: 'calculator', arguments: '{}' } }] };
test.each([
  ['without a text', null, 'tool_calls', 'tool-call'],
  ['without a text, though it says stop', null, 'stop', 'tool-call'],
  ['after a word', 'Let me see.', 'tool_calls', 'tool-call'],
  ['beside an answer', '42', 'stop', 'stop'],
])('a call of a tool %s', (_what, content, reason, expected) => {
  expect(readReply(said(content, calls, reason)).finishReason).toBe(expected);
});

test('an answer whose server only says that a tool was called is one', () => {
  expect(readReply(said('42', { tool_calls: [] }, 'tool_calls'))).toMatchObject({ text: '42', finishReason: 'other' });
});

const piece = (delta: object, finish_reason: unknown = null) => ({ choices: [{ index: 0, delta, finish_reason }] });

test('a stream without its last chunks gives nothing, whatever fills the field of its end', () => {
  for (const filled of [null, '', 'null', undefined]) {
    const collector = createReplyCollector();
    expect(collector.add(piece({ content: '42' }, filled))).toBe(true);
    expect(collector.state).toBe('open');
    expect(() => collector.reply()).toThrow(MalformedReplyError);
  }
});

test('a chunk that brings no text says so, so that it does not count as a token', () => {
  const collector = createReplyCollector();
  expect(collector.add(piece({ role: 'assistant', content: '' }))).toBe(false);
  expect(collector.add({ choices: [], usage: null })).toBe(false);
  expect(collector.add({ choices: null })).toBe(false);
  expect(collector.add({ type: 'ping' })).toBe(false);
  expect(collector.add(piece({ reasoning: 'Hm' }))).toBe(true);
});

test('figures after its reason to end end a reply, and a reason alone does not: it may be that of its thoughts', () => {
  const collector = createReplyCollector();
  collector.add({ ...piece({ reasoning: 'Hm' }, 'stop'), usage: { prompt_tokens: 20, completion_tokens: 1 } });
  expect([collector.state, collector.hasText]).toEqual(['finished', false]);
  collector.add(piece({ content: '42' }, 'stop'));
  // With every piece, a reason is no sign of the end.
  expect([collector.state, collector.hasText]).toEqual(['open', true]);
  collector.add({ choices: [], usage: { prompt_tokens: 20, completion_tokens: 3 } });
  expect(collector.state).toBe('ended');
  expect(collector.reply()).toMatchObject({ text: '42', reasoning: 'Hm' });
});

test.each([
  [
    'beside each piece',
    [
      { message: { content: '4' }, delta: { content: '4' } },
      { message: { content: '42' }, delta: { content: '2' } },
    ],
  ],
  ['alone, all so far', [{ message: { content: '4' } }, { message: { content: '42' } }]],
  ['alone, piece by piece', [{ message: { content: '4' } }, { message: { content: '2' } }]],
  ['once, after empty pieces', [{ delta: { role: 'assistant' } }, { delta: {}, message: { content: '42' } }]],
])('a message in a stream, %s, is not doubled', (_how, choices) => {
  const collector = createReplyCollector();
  for (const choice of choices) collector.add({ choices: [{ index: 0, ...choice, finish_reason: null }] });
  collector.end();
  expect(collector.reply().text).toBe('42');
});

test('other choices than the first are not mixed in', () => {
  const choice = (index: number, content: string) => ({ index, message: { content }, finish_reason: 'stop' });
  expect(readReply({ choices: [choice(1, 'second'), choice(0, 'first')] }).text).toBe('first');
  expect(readReply({ choices: [choice(1, 'the only one')] }).text).toBe('the only one');
});

test('a whole reply without any choice is empty, and one of which nothing came is no reply', () => {
  expect(() => readReply({ choices: [], usage: { prompt_tokens: 4241, completion_tokens: 0 } })).toThrow(EmptyReplyError);
  expect(() => createReplyCollector().reply()).toThrow(MalformedReplyError);
});

test.each([
  ["OpenAI's", { error: { message: 'no' } }],
  [
    "OpenAI's, beside choices",
    { error: { message: 'no' }, choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }] },
  ],
  ["vLLM's older", { object: 'error', message: 'no', code: 400 }],
  ["FastAPI's", { detail: 'no' }],
  ["Google's", [{ error: { code: 400, message: 'no' } }]],
  ["Cloudflare's", { result: null, success: false, errors: [{ code: 7000, message: 'no' }] }],
  ["MiniMax's", { choices: null, base_resp: { status_code: 1004, status_msg: 'no' } }],
  ["a gateway's", { message: 'no' }],
])('an error body in %s shape is the server refusing, in its words', (_shape, body) => {
  expect(() => readReply(body)).toThrow(ServerRefusal);
  expect(() => readReply(body)).toThrow(expect.objectContaining({ answer: expect.objectContaining({ message: 'no' }) }));
});

test.each([[{ error: null }], [{ error: '' }], [{ error: {} }]])('an answer beside %j is an answer', (more) => {
  expect(readReply({ ...said('42'), ...more }).text).toBe('42');
});

const guess = usage(52, 1);
test.each([
  ['without the completion', { prompt_tokens: 1066, total_tokens: 1103 }, usage(1066, 37), false],
  ['without the prompt', { completion_tokens: 3, total_tokens: 23 }, usage(20, 3), false],
  [
    'with empty lists for details',
    { prompt_tokens: 20, completion_tokens: 3, prompt_tokens_details: [], completion_tokens_details: [] },
    usage(20, 3),
    false,
  ],
  [
    'with reasoning beside the completion',
    { prompt_tokens: 10120, completion_tokens: 1499, total_tokens: 14428, completion_tokens_details: { reasoning_tokens: 2809 } },
    usage(10120, 4308, 0, 2809),
    false,
  ],
  [
    'with reasoning in the total only',
    { prompt_tokens: 100, completion_tokens: 5, total_tokens: 150 },
    usage(100, 50, 0, 45),
    false,
  ],
  [
    'with more reasoning than completion, and no total',
    { prompt_tokens: 100, completion_tokens: 5, completion_tokens_details: { reasoning_tokens: 45 } },
    usage(100, 50, 0, 45),
    false,
  ],
  [
    'with the cache beside the prompt',
    { input_tokens: 20, output_tokens: 3, cache_read_input_tokens: 100 },
    usage(120, 3, 100),
    false,
  ],
  [
    'with what was read from the cache and written to it beside the input',
    { input_tokens: 500, output_tokens: 3, cache_read_input_tokens: 100, cache_creation_input_tokens: 50 },
    usage(650, 3, 100),
    false,
  ],
  [
    'with the cache in the prompt',
    { prompt_tokens: 650, completion_tokens: 3, cache_read_input_tokens: 100, cache_creation_input_tokens: 50 },
    usage(650, 3, 100),
    false,
  ],
  ["in Bedrock's names", { inputTokens: 20, outputTokens: 3, totalTokens: 23 }, usage(20, 3), false],
  [
    "in Cohere's names",
    { billed_units: { input_tokens: 9 }, tokens: { input_tokens: 20, output_tokens: 3 } },
    usage(20, 3),
    false,
  ],
  ['in texts', { prompt_tokens: '20', completion_tokens: '3' }, usage(20, 3), false],
  ['with zeros for what is not known', { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }, guess, true],
  ['with the prompt alone', { prompt_tokens: 20 }, usage(20, 1), true],
  ['with the total alone', { total_tokens: 23 }, usage(22, 1), true],
  ['as null', null, guess, true],
  ['as a list', [], guess, true],
  ['of no numbers', { prompt_tokens: null, completion_tokens: 'many' }, guess, true],
])('usage %s is read', (_form, given, expected, estimated) => {
  expect(readUsage(usageFigures({ usage: given }), { guess, hasText: true })).toEqual({ usage: expected, estimated });
});

test.each([
  ['Groq', { x_groq: { usage: { prompt_tokens: 20, completion_tokens: 3 } } }],
  ['Gemini', { usageMetadata: { promptTokenCount: 20, candidatesTokenCount: 3 } }],
  ['Moonshot', { choices: [{ index: 0, delta: {}, usage: { prompt_tokens: 20, completion_tokens: 3 } }] }],
])('usage is found where %s puts it', (_server, body) => {
  expect(usageFigures(body)).toEqual({ prompt: 20, completion: 3 });
});

test('later figures go before earlier ones, and zeros before none', () => {
  const collector = createReplyCollector();
  for (const [prompt_tokens, completion_tokens] of [
    [20, 0],
    [0, 3],
    [0, 0],
  ]) {
    collector.add({ ...piece({ content: '4' }), usage: { prompt_tokens, completion_tokens } });
  }
  expect(collector.usage).toEqual({ prompt: 20, completion: 3 });
});

test.each([
  ['<|im_end|>', '42<|im_end|>'],
  ['<|eot_id|> on a line of its own', '42\n<|eot_id|>\n'],
  ['<end_of_turn>', '42<end_of_turn>'],
  ['</s>', '42 </s>'],
  ['<|user|>', '42\n<|user|>'],
  ['two of them', '42<|im_end|><|endoftext|>'],
])('a text loses the mark of its end, %s', (_mark, content) => expect(readReply(said(content)).text).toBe('42'));

test.each([
  '<|im_start|>assistant\n42<|im_end|>',
  '<|start_header_id|>assistant<|end_header_id|>\n\n42<|eot_id|>',
  '<|begin_of_box|>42<|end_of_box|>',
  '<think>Add.</think><|begin_of_box|>42<|end_of_box|>',
])('a text loses the marks around it: %s', (content) => expect(readReply(said(content)).text).toBe('42'));

test.each(['<s>41</s>', 'x <|end|> y', '<|im_end|>'])('%s keeps what is its own', (content) => {
  expect(readReply(said(content)).text).toBe(content);
});

test.each([
  [{ type: 'stop', matched: 151645 }, 'stop'],
  [{ type: 'length', length: 3 }, 'length'],
])('a finish reason may be an object: %j', (reason, finishReason) => {
  expect(readReply(said('42', {}, reason)).finishReason).toBe(finishReason);
});

test('a reply that the server gave up on is refused, however it says so', () => {
  expect(() => readReply(said('4', {}, { type: 'abort', message: 'Aborted' }))).toThrow(MalformedReplyError);
  const broken = {
    index: 0,
    message: { content: '4' },
    finish_reason: 'stop',
    error: { code: 502, message: 'Provider broke down' },
  };
  expect(() => readReply({ choices: [broken] })).toThrow(ServerRefusal);
});

test('fields of an error that hold nothing are none', () => {
  const error = { message: '', code: 0, type: '', param: null };
  expect(readReply({ ...said('42'), error }).text).toBe('42');
});

test.each([
  ['from 0 (Foundry Local)', [0, 1, 2, 3]],
  ['from 1 (old versions of TGI)', [1, 2, 3, 3]],
])('pieces that are counted %s are those of one reply', (_from, places) => {
  const collector = createReplyCollector();
  const chunks = [{ content: 'Se' }, { content: 'ven' }, { content: '.' }, {}];
  for (const [place, delta] of chunks.entries()) {
    collector.add({ choices: [{ index: places[place], delta, finish_reason: place === 3 ? 'stop' : null }] });
  }
  collector.end();
  expect(collector.reply()).toMatchObject({ text: 'Seven.', finishReason: 'stop' });
});

test('a counted piece without text, such as half a character, ends no counting', () => {
  const collector = createReplyCollector();
  for (const [index, content] of ['Se', '', 've', 'n', '', '', '.'].entries()) {
    collector.add({ choices: [{ index, delta: { content }, finish_reason: null }] });
  }
  collector.end();
  expect(collector.reply().text).toBe('Seven.');
});

test.each([
  ['one after the other', [0, 0, 1, 1], ['Se', 'ven', 'Si', 'x'], 'Seven'],
  ['the later one first', [1, 0], ['Six', 'Seven'], 'Seven'],
])('of two replies where one was asked for, %s, the first is read', (_order, indexes, contents, expected) => {
  const collector = createReplyCollector();
  for (const [place, index] of indexes.entries()) {
    collector.add({ choices: [{ index, delta: { content: contents[place] }, finish_reason: null }] });
  }
  collector.end();
  expect(collector.reply().text).toBe(expected);
});

test('two replies where one was asked for are none, if they cannot be told from one', () => {
  const collector = createReplyCollector();
  for (const [index, content] of [
    [0, 'Se'],
    [1, 'Six'],
    [0, 'ven'],
    [1, '.'],
  ] as const) {
    collector.add({ choices: [{ index, delta: { content }, finish_reason: null }] });
  }
  collector.end();
  expect(() => collector.reply()).toThrow(MalformedReplyError);
});

test.each([
  ['without any number', [{}, {}, {}]],
  ['with one number for all', [{ index: 0 }, { index: 0 }, { index: 0 }]],
])('samples %s are told apart by their places', (_how, numbers) => {
  const texts = ['40', '41', '42'];
  const collector = createReplyCollector(3);
  collector.add({
    choices: numbers.map((number, place) => ({ ...number, message: { content: texts[place] }, finish_reason: 'stop' })),
    usage: { prompt_tokens: 20, completion_tokens: 9 },
  });
  collector.end();
  expect([collector.reply().text, ...collector.others().map(({ text }) => text)]).toEqual(texts);
});

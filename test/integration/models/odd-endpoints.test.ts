import type { IncomingHttpHeaders } from 'node:http';
import { inspect } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { FailureError } from '../../../services/domain/failure.ts';
import { systemTiming } from '../../../services/shared/lifecycle/timing.ts';
import { createOpenAiEndpoint } from '../../../services/shared/models/endpoint/openai-endpoint.ts';
import { EndpointError, RequestFailure } from '../../../services/shared/models/errors/endpoint-errors.ts';
import type { EndpointRequest, ModelEndpoint } from '../../../services/shared/models/model-endpoint.ts';
import type { EndpointSettings } from '../../../services/shared/models/settings/endpoint-settings.ts';
import {
  type Behaviour,
  type FaultyEndpoint,
  json,
  leftOpen,
  plain,
  startFaultyEndpoint,
} from '../../support/faulty-endpoint.ts';

/** What people report of servers that call themselves compatible with OpenAI, by the bytes that they send. */

const never = new AbortController().signal;

const request: EndpointRequest = {
  model: 'Qwen/Qwen3-32B',
  messages: [{ role: 'user', content: 'How many are 20 and 22?' }],
  temperature: 0,
  topP: 1,
  maxTokens: 64,
  seed: 7,
  chatTemplateKwargs: { enable_thinking: false, reasoning_effort: 'high' },
  jobId: 'execute-ab-0-0',
  callId: 'answer/0',
};

const limits: Omit<EndpointSettings, 'baseUrl'> = {
  apiKey: 'sk-planted-0123456789',
  apiKeyVariable: 'PLANTED_KEY',
  maxConcurrency: 4,
  timeoutMs: 30_000,
  stallTimeoutMs: 30_000,
  http2: false,
};

const started: { server: FaultyEndpoint; endpoint: ModelEndpoint }[] = [];
afterAll(async () => {
  for (const { server, endpoint } of started) {
    await endpoint.close();
    await server[Symbol.asyncDispose]();
  }
});

async function ask(behaviours: Behaviour | readonly Behaviour[], change: Partial<EndpointRequest> = {}) {
  const server = await startFaultyEndpoint(...(Array.isArray(behaviours) ? behaviours : [behaviours]));
  const endpoint = createOpenAiEndpoint({ ...limits, baseUrl: server.baseUrl }, systemTiming);
  started.push({ server, endpoint });
  return { call: endpoint.complete({ ...request, ...change }, never), endpoint, server };
}

async function errorOf(behaviour: Behaviour, change: Partial<EndpointRequest> = {}): Promise<EndpointError | FailureError> {
  const { call } = await ask(behaviour, change);
  const error = await call.then(
    ({ text }) => expect.fail(`it answered "${text}"`),
    (reason: unknown) => reason,
  );
  if (error instanceof EndpointError || error instanceof FailureError) return error;
  throw error;
}

const choice = (delta: object, finish_reason: unknown = null, more: object = {}) => ({
  choices: [{ index: 0, delta, finish_reason, ...more }],
});
const usage = { prompt_tokens: 20, completion_tokens: 3, total_tokens: 23 };
const opening = choice({ role: 'assistant', content: '' });
const text = choice({ content: '42' });
const stop = choice({}, 'stop');
const figures = { choices: [], usage };
const done = '[DONE]';

const event = (chunk: unknown) => `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`;
const stream = (...chunks: unknown[]) => chunks.map(event).join('');
const sse = (content: string, contentType = 'text/event-stream'): Behaviour => plain(200, content, contentType);
const wholeBody = (message: object, more: object = {}, reason: unknown = 'stop') => ({
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: reason }],
  usage,
  ...more,
});
const whole = (message: object, more: object = {}, reason: unknown = 'stop') => json(200, wholeBody(message, more, reason));
const right = stream(opening, text, stop, figures, done);

const thinkingParts = [
  { type: 'thinking', thinking: [{ type: 'text', text: 'Add.' }] },
  { type: 'text', text: '42' },
];
const channels = '<|channel|>analysis<|message|>Add.<|end|><|start|>assistant<|channel|>final<|message|>42';

describe('whatever carries the whole text and its end is an answer', () => {
  test.each<[string, Behaviour, object?]>([
    ['content in parts (vercel/ai#13703)', whole({ content: thinkingParts }), { reasoning: 'Add.' }],
    [
      'content in parts, a part a chunk',
      sse(stream(...thinkingParts.map((part) => choice({ content: [part] })), stop, figures, done)),
      { reasoning: 'Add.' },
    ],
    [
      'usage without completion_tokens (MCP-Bridge#48)',
      whole({ content: '42' }, { usage: { prompt_tokens: 1066, total_tokens: 1103 } }),
      { usage: { promptTokens: 1066, completionTokens: 37, cachedTokens: 0, reasoningTokens: 0 } },
    ],
    ['headers of 40 kB', json(200, wholeBody({ content: '42' }), { 'x-providers': 'a'.repeat(40_000) })],
    [
      'lists for the details of usage',
      sse(
        stream(
          opening,
          text,
          stop,
          { choices: [], usage: { ...usage, prompt_tokens_details: [], completion_tokens_details: [] } },
          done,
        ),
      ),
    ],
    ['choices: null beside usage (pydantic-ai#5165)', sse(stream(opening, text, stop, { choices: null, usage }, done))],
    ['no choices beside usage', sse(stream(opening, text, stop, { usage }, done))],
    [
      'empty data lines and lone event lines (copilot-api#88)',
      sse(`${event(opening)}data:\n\n${event(text)}data: \n\nevent: ping\n\n${stream(stop, figures, done)}`),
    ],
    [
      'heartbeats that are no JSON',
      sse(`data: ping\n\n${event(opening)}data: keep-alive\n\ndata: {"type":"ping"}\n\n${stream(text, stop, figures, done)}`),
    ],
    [
      'heartbeats as whole events',
      sse(`event: heartbeat\ndata: {}\n\n${event(opening)}data: null\n\n${stream(text, stop, figures, done)}`),
    ],
    [
      'finishReason for finish_reason (llmcord#84)',
      sse(
        stream(text, { choices: [{ index: 0, delta: { content: '' }, finish_reason: null, finishReason: 'stop' }], usage }, done),
      ),
    ],
    ['a stream as text/plain (dify#4120)', sse(right, 'text/plain; charset=utf-8')],
    ['a stream as application/json', sse(right, 'application/json')],
    ['a stream as octets', sse(right, 'application/octet-stream')],
    [
      'a whole reply as a stream',
      sse(JSON.stringify({ choices: [{ message: { content: '42' }, finish_reason: 'stop' }], usage })),
    ],
    ['a whole reply as the only event', sse(stream({ choices: [{ message: { content: '42' }, finish_reason: 'stop' }], usage }))],
    [
      'documents, one a line',
      sse([opening, text, stop, figures].map((each) => JSON.stringify(each)).join('\n'), 'application/x-ndjson'),
    ],
    ['events without blank lines', sse(right.replaceAll('\n\n', '\n'))],
    ['lines that end as on Windows', sse(right.replaceAll('\n', '\r\n'))],
    ['lines that end as on old Macs', sse(right.replaceAll('\n', '\r'))],
    ['a byte order mark, comments, ids and retries', sse(`\uFEFF: hello\nretry: 10\n\nid: 7\n${right}`)],
    [
      'data over several lines',
      sse(stream(opening, text).replaceAll('"choices":', '"choices":\ndata: ') + stream(stop, figures, done)),
    ],
    [
      'blank lines before a whole reply',
      plain(200, `\n\n   \n${JSON.stringify({ choices: [{ message: { content: '42' }, finish_reason: 'stop' }], usage })}`),
    ],
    [
      'all so far in message, beside each piece in delta (open-webui#9927)',
      sse(
        stream(
          { choices: [{ index: 0, message: { content: '4' }, delta: { content: '4' }, finish_reason: null }] },
          { choices: [{ index: 0, message: { content: '42' }, delta: { content: '2' }, finish_reason: 'stop' }], usage },
        ),
      ),
    ],
    ['a reason to end in every piece', sse(stream(choice({ content: '4' }, 'stop'), choice({ content: '2' }, 'stop'), figures))],
    ['finish_reason "" until the end', sse(stream(choice({ content: '42' }, ''), choice({}, 'stop'), figures))],
    ['channels in content (mlx-lm#1867)', whole({ content: channels }), { reasoning: 'Add.' }],
    [
      '[THINK] in content',
      sse(stream(choice({ content: '[THINK]Add.[/TH' }), choice({ content: 'INK]42' }), stop, figures, done)),
      { reasoning: 'Add.' },
    ],
    [
      'a reason to end with the thoughts, and the text after it (open-webui#16377)',
      sse(stream(choice({ reasoning: 'Add.' }, 'stop'), text, stop, figures, done)),
      { reasoning: 'Add.' },
    ],
    ['a last event that is broken off, after the end', sse(`${stream(opening, text, stop, figures)}data: {"choi`)],
    ['no word of its end in a whole reply', whole({ content: '42' }, {}, null)],
    ['a part of an error beside it', whole({ content: '42' }, { error: null })],
  ])('%s', async (_what, behaviour, more = {}) => {
    const { call } = await ask(behaviour);
    const expected = { promptTokens: 20, completionTokens: 3, cachedTokens: 0, reasoningTokens: 0 };
    expect(await call).toMatchObject({ text: '42', usage: expected, usageEstimated: false, ...more });
  });

  test.each([
    ['after the figures (ThunderAI#252)', stream(opening, text, stop, figures)],
    ['after the end, without figures', stream(opening, text, stop)],
    ['after [DONE]', right],
    ['in the middle of a further event', `${stream(opening, text, stop)}data: {"cho`],
  ])('a connection that stays open %s', async (_when, content) => {
    const { call } = await ask(leftOpen(content));
    const reply = await call;
    expect(reply).toMatchObject({ text: '42', finishReason: 'stop' });
    expect(reply.latencyMs).toBeLessThan(20_000);
  });

  test('a connection that breaks off between the end of the text and its figures: estimated ones would be charged', async () => {
    const breaking: Behaviour = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(stream(opening, text, stop), () => response.socket?.destroy());
    };
    const { call, endpoint } = await ask([breaking, sse(right)]);
    await expect(call).rejects.toMatchObject({ kind: 'unreachable' });
    expect(await endpoint.complete(request, never)).toMatchObject({ text: '42', usageEstimated: false });
  });

  test('a connection that stays open after a whole reply', async () => {
    const { call } = await ask(
      leftOpen(JSON.stringify({ choices: [{ message: { content: '42' }, finish_reason: 'stop' }], usage }), 'application/json'),
    );
    expect(await call).toMatchObject({ text: '42', usageEstimated: false });
  });

  test('max_tokens as a reason to end is a cut (inspect_ai#5143)', async () => {
    const { call } = await ask(sse(stream(opening, text, choice({}, 'max_tokens'), figures, done)));
    expect(await call).toMatchObject({ text: '42', finishReason: 'length' });
  });

  test('reasoning that is counted beside the completion (inspect_ai#5528)', async () => {
    const apart = {
      prompt_tokens: 10120,
      completion_tokens: 1499,
      total_tokens: 14428,
      completion_tokens_details: { reasoning_tokens: 2809 },
    };
    const { call } = await ask(whole({ content: '42' }, { usage: apart }));
    expect((await call).usage).toEqual({ promptTokens: 10120, completionTokens: 4308, cachedTokens: 0, reasoningTokens: 2809 });
  });

  test.each([
    ['in a stream', sse(stream(opening, text, stop, done))],
    ['in a whole reply', whole({ content: '42' }, { usage: null })],
    ['as zeros', whole({ content: '42' }, { usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } })],
  ])('usage that is missing %s is estimated, and marked so', async (_where, behaviour) => {
    const { call } = await ask(behaviour);
    expect(await call).toMatchObject({ text: '42', usageEstimated: true, usage: { promptTokens: 6, completionTokens: 1 } });
  });

  test("the served model's name is kept", async () => {
    const { call } = await ask(whole({ content: '42' }, { model: 'gemma3-270m' }));
    expect(await call).toMatchObject({ servedModel: 'gemma3-270m' });
  });

  test.each([
    [10_400, 256, true],
    [54_000, 2_048, true],
    [10_400, 2_300, false],
    [400, 8, false],
  ])('%i characters that were %i tokens: cut %s (ollama#3839)', async (characters, prompt_tokens, cut) => {
    const prose = 'The quick brown fox jumps over the lazy dog and runs away. ';
    const content = prose.repeat(characters / prose.length + 1).slice(0, characters);
    const { call } = await ask(whole({ content: '42' }, { usage: { ...usage, prompt_tokens } }), {
      messages: [{ role: 'user', content }],
    });
    expect((await call).promptCut).toBe(cut);
  });
});

describe('what does not is none', () => {
  test.each<[string, Behaviour]>([
    ['text with finish_reason "", and no end (sglang#3912)', sse(stream(choice({ content: '4' }, '')))],
    [
      'text with a reason to end in every piece, and no other end',
      sse(stream(choice({ content: '4' }, 'stop'), choice({ content: '2' }, 'stop'))),
    ],
    ['text with finishReason only, and no end', sse(stream(choice({ content: '4' }, null, { finishReason: 'stop' })))],
    ['text, and a page of a proxy in the middle', sse(`${stream(text)}<html>502</html>`)],
    ['a chunk that is no JSON', sse(`${stream(text)}data: {"choices": [\n\n${stream(stop, figures, done)}`)],
    ['heartbeats only', sse('data: ping\n\n: comment\n\n')],
    ['half of a whole reply', plain(200, '{"choices":[{"message":{"content":"4', 'application/json')],
    ['words', plain(200, 'Ollama is running', 'text/plain')],
    ['a reply that the server gave up', sse(stream(text, choice({}, 'error'), done))],
  ])('%s', async (_what, behaviour) => {
    const error = await errorOf(behaviour);
    expect(error).toMatchObject({ name: 'EndpointError', problem: 'malformed', ofRequest: { kind: 'malformed-reply' } });
  });

  test('an error in mere words is told in them', async () => {
    const error = await errorOf(sse(`${stream(opening)}data: upstream engine has crashed\n\n`));
    expect(error).toMatchObject({ problem: 'malformed', message: expect.stringContaining('upstream engine has crashed') });
  });

  test('a reply that calls a tool is no answer (vllm#27385)', async () => {
    const tool = { id: 't1', type: 'function', function: { name: 'calculator', arguments: '{}' } };
    const { call } = await ask(whole({ content: null, tool_calls: [tool] }, {}, 'tool_calls'));
    expect(await call).toMatchObject({ text: '', finishReason: 'tool-call' });
  });

  test('a reply without a choice is tried again, and its tokens are not forgotten (litellm#40252)', async () => {
    const billed = { prompt_tokens: 4241, completion_tokens: 0, total_tokens: 4241 };
    for (const behaviour of [json(200, { choices: [], usage: billed }), sse(stream({ choices: [], usage: billed }, done))]) {
      expect(await errorOf(behaviour)).toMatchObject({
        problem: 'empty',
        ofRequest: { kind: 'empty-reply' },
        billed: { usage: { promptTokens: 4241, completionTokens: 0 }, estimated: false },
      });
    }
  });

  test('what was generated of a broken reply is counted by estimate', async () => {
    expect(await errorOf(sse(stream(choice({ content: 'x'.repeat(40) }))))).toMatchObject({
      billed: { usage: { promptTokens: 6, completionTokens: 10 }, estimated: true },
    });
  });

  test.each<[string, (size: number) => Behaviour]>([
    ['in one document', (size) => whole({ content: 'x'.repeat(size) })],
    ['in one event', (size) => sse(stream(choice({ content: 'x'.repeat(size) }), stop, figures, done))],
    ['in many events', (size) => sse(stream(...Array(64).fill(choice({ content: 'x'.repeat(size / 64) })), stop, figures, done))],
    ['without any end of a line', (size) => sse(`data: ${'x'.repeat(size)}`)],
  ])('a reply that is too large %s', async (_how, behaviour) => {
    const error = await errorOf(behaviour(9 * 1024 ** 2));
    expect(error).toBeInstanceOf(RequestFailure);
    expect(error).toMatchObject({ failure: { kind: 'reply-too-large', message: expect.stringContaining('8 MiB') } });
  });
});

const said = (status: number, message: string, more: object = {}): Behaviour => json(status, { error: { message, ...more } });
const overflow = "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens.";

describe('a failure of one query', () => {
  test.each<[string, string, Behaviour, RegExp]>([
    [
      'an overflow as a bare error in a stream (gemini-balance#347)',
      'context-overflow',
      sse(JSON.stringify({ error: { message: overflow, code: 400 } })),
      /4096 tokens/,
    ],
    [
      'an overflow as an event',
      'context-overflow',
      sse(stream(opening, { error: { message: overflow, code: 400 } }, done)),
      /4096 tokens/,
    ],
    [
      'an overflow in the field that older llama.cpp makes for errors',
      'context-overflow',
      sse(`${stream(opening)}error: ${JSON.stringify({ code: 400, message: overflow, type: 'invalid_request_error' })}\n\n`),
      /4096 tokens/,
    ],
    ['an overflow as an event by name', 'context-overflow', sse(`event: error\ndata: ${overflow}\n\n`), /4096 tokens/],
    [
      'an overflow amid the events',
      'context-overflow',
      sse(`${stream(opening)}${JSON.stringify({ error: { message: overflow } })}\n`),
      /4096 tokens/,
    ],
    [
      "an overflow in Google's list",
      'context-overflow',
      json(400, [
        {
          error: {
            code: 400,
            message: 'The input token count (1100000) exceeds the maximum number of tokens allowed (1048576).',
          },
        },
      ]),
      /1048576/,
    ],
    [
      'an overflow at Anthropic, through LiteLLM',
      'context-overflow',
      said(
        400,
        'litellm.BadRequestError: litellm.ContextWindowExceededError: AnthropicError - {"message":"prompt is too long: 209353 tokens > 199999 maximum"}',
        { code: '400' },
      ),
      /209353/,
    ],
    ['an overflow at Bedrock', 'context-overflow', said(400, 'Input is too long for requested model.'), /too long/],
    [
      'an overflow at SGLang',
      'context-overflow',
      said(400, "The input (5020 tokens) is longer than the model's context length (4096 tokens)."),
      /5020/,
    ],
    [
      'an overflow at TGI',
      'context-overflow',
      said(422, 'Input validation error: `inputs` must have less than 1024 tokens. Given: 1500'),
      /1500/,
    ],
    ['an overflow at an old vLLM', 'context-overflow', said(400, 'max_tokens must be at least 1, got -904.'), /904/],
    [
      'a body that nginx does not take',
      'context-overflow',
      plain(413, '<html><head><title>413 Request Entity Too Large</title></head></html>'),
      /413 Request/,
    ],
    [
      'a request beyond a limit per minute',
      'context-overflow',
      said(413, 'Request too large for model `x` on tokens per minute (TPM): Limit 6000, Requested 7000', {
        code: 'rate_limit_exceeded',
      }),
      /6000/,
    ],
    [
      'a flagged input (openrouter.ai)',
      'content-filter',
      said(403, 'x requires moderation on y. Your input was flagged for "violence".', {
        code: 403,
        metadata: { reasons: ['violence'], flagged_input: '…' },
      }),
      /violence/,
    ],
    [
      'a flagged input at OpenAI',
      'content-filter',
      said(400, 'Invalid prompt: your prompt was flagged as potentially violating our usage policy.', { code: 'invalid_prompt' }),
      /flagged/,
    ],
    [
      'a policy through LiteLLM',
      'content-filter',
      said(400, 'litellm.ContentPolicyViolationError: AzureException - The response was filtered'),
      /filtered/,
    ],
    [
      'an inspection at DashScope',
      'content-filter',
      said(400, 'Input data may contain inappropriate content.', { code: 'data_inspection_failed' }),
      /inappropriate/,
    ],
  ])('%s is %s', async (_what, kind, behaviour, words) => {
    const error = await errorOf(behaviour);
    expect(error).toMatchObject({ failure: { kind, message: expect.stringMatching(words) } });
    expect(error.message).not.toContain('http://');
  });
});

const litellmTypo =
  "{'error': '/chat/completions: Invalid model name passed in model=Qwen/Qwen3-32B. Call `/v1/models` to view available models for your key.'}";
const html = (bytes: number) =>
  `<!DOCTYPE html><html><head><title>Bad gateway</title><style>${'p { margin: 0 } '.repeat(bytes / 32)}</style></head><body><h1>Error</h1><p>${'so sorry '.repeat(bytes / 18)}</p></body></html>`;

describe('what only a person can mend', () => {
  test.each<[string, string, Behaviour, RegExp, boolean?]>([
    [
      'an unknown model at LiteLLM (litellm#9663)',
      'misconfigured',
      said(400, litellmTypo, { type: 'None', code: '400' }),
      /does not serve the model Qwen\/Qwen3-32B/,
    ],
    [
      'an unknown model at OpenRouter',
      'misconfigured',
      said(400, 'Qwen/Qwen3-32B is not a valid model ID'),
      /does not serve the model/,
    ],
    [
      'an unknown model at DeepSeek',
      'misconfigured',
      said(400, 'Model Not Exist', { type: 'invalid_request_error' }),
      /does not serve the model/,
    ],
    [
      'no model at LM Studio',
      'misconfigured',
      said(400, 'No models loaded. Please load a model in the developer page.'),
      /does not serve the model/,
    ],
    [
      'a model at a real Ollama',
      'misconfigured',
      said(404, 'model "Qwen/Qwen3-32B" not found, try pulling it first'),
      /try pulling it first/,
    ],
    [
      "a wrong key in Google's list (openai_ex#126)",
      'credentials',
      json(400, [
        {
          error: {
            code: 400,
            message: 'API key not valid. Please pass a valid API key.',
            status: 'INVALID_ARGUMENT',
            details: [{ reason: 'API_KEY_INVALID' }],
          },
        },
      ]),
      /variable PLANTED_KEY/,
    ],
    [
      'a spent budget at LiteLLM (litellm#14144)',
      'credentials',
      said(400, 'Budget has been exceeded! Current cost: 14.2, Max budget: 14.0', { type: 'budget_exceeded', code: '400' }),
      /Budget has been exceeded/,
    ],
    [
      'a spent credit at Anthropic',
      'credentials',
      said(400, 'Your credit balance is too low to access the Anthropic API.'),
      /credit balance/,
    ],
    [
      'a suspended account',
      'credentials',
      said(403, 'Your account has been suspended for violating our usage policies.'),
      /suspended/,
    ],
    [
      'a missing header at Portkey',
      'misconfigured',
      json(400, { status: 'failure', message: 'Either x-portkey-config or x-portkey-provider header is required' }),
      /add it under headers.*x-portkey-provider/,
    ],
    [
      'a temperature at a reasoning model (ragas#2440)',
      'misconfigured',
      said(400, "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.", {
        param: 'temperature',
        code: 'unsupported_value',
      }),
      /`temperature: null`/,
    ],
    [
      'a top_p at a reasoning model',
      'misconfigured',
      said(400, "Unsupported parameter: 'top_p' is not supported with this model.", {
        param: 'top_p',
        code: 'unsupported_parameter',
      }),
      /`top_p: null`/,
    ],
    [
      'temperature and top_p together (gptme#1110)',
      'misconfigured',
      said(400, '`temperature` and `top_p` cannot both be specified for this model. Please use only one.', { code: '400' }),
      /`temperature: null` or `top_p: null`/,
    ],
    [
      'a seed at Mistral',
      'misconfigured',
      json(422, { detail: [{ type: 'extra_forbidden', loc: ['body', 'seed'], msg: 'Extra inputs are not permitted' }] }),
      /`send_seed: false`/,
    ],
    [
      'a template setting at llama-server',
      'misconfigured',
      said(400, 'invalid type for "enable_thinking" (expected boolean, got string)'),
      /chat_template_kwargs/,
    ],
    [
      'a template that wants another word',
      'misconfigured',
      said(400, 'Unexpected reasoning effort high, expected low or medium'),
      /reasoning_effort.*chat_template_kwargs/,
    ],
    [
      'a limit of the reply beyond the model',
      'misconfigured',
      said(400, 'max_tokens is too large: 64. This model supports at most 32 completion tokens, whereas you provided 64.', {
        param: 'max_tokens',
      }),
      /max_tokens/,
    ],
    [
      'a limit of the reply as large as the context',
      'misconfigured',
      said(
        400,
        "'max_tokens' or 'max_completion_tokens' is too large: 64. This model's maximum context length is 64 tokens and your request has 12 input tokens (64 > 64 - 12).",
      ),
      /max_tokens, 64, is more than the model or its context allows/,
    ],
    [
      'a web page (openclaw#84697)',
      'misconfigured',
      plain(200, '<!DOCTYPE html><html><head><title>Open WebUI</title></head><body></body></html>'),
      /serves a web page, not a chat API.*base_url often ends in \/v1.*Open WebUI/,
    ],
    [
      'a web page that calls itself JSON',
      'misconfigured',
      plain(200, '\n<html><body>It works!</body></html>', 'application/json'),
      /serves a web page, not a chat API/,
    ],
    ['a path that is none', 'misconfigured', plain(404, '404 page not found', 'text/plain'), /base_url often ends in \/v1/],
  ])('%s is %s', async (_what, kind, behaviour, words) => {
    const error = await errorOf(behaviour, { topP: 0.9 });
    expect(error).toMatchObject({ name: 'EndpointError', problem: kind, message: expect.stringMatching(words) });
    expect(error.message.length).toBeLessThanOrEqual(300);
  });

  test('a top_p of 1 changes nothing, and is left out where it is refused', async () => {
    const both: Behaviour = (response, received) =>
      'top_p' in received.body && 'temperature' in received.body
        ? said(400, '`temperature` and `top_p` cannot both be specified for this model.')(response, received)
        : sse(right)(response, received);
    const { call, endpoint, server } = await ask(both);
    expect((await call).text).toBe('42');
    await endpoint.complete(request, never);
    expect(server.requests.map(({ body }) => 'top_p' in body)).toEqual([true, false, false]);
  });

  test('words that no rule knows are left to what becomes of others', async () => {
    const error = await errorOf(said(400, 'Odd request.'));
    expect(error).toMatchObject({
      problem: 'unclear-refusal',
      ofRequest: { kind: 'refused', message: expect.stringContaining('Odd request.') },
    });
  });

  test('a text that repeats the request may name any setting: others tell', async () => {
    const error = await errorOf(said(400, 'Cannot parse: "The temperature must be 20 degrees."'));
    expect(error).toMatchObject({ problem: 'misconfigured', ofRequest: { kind: 'refused' } });
  });
});

describe("headers of one's own, and keys", () => {
  const secrets = ['sk-planted-0123456789', 'azure/planted+key=='];
  const headers = { 'X-Portkey-Provider': 'openai', 'api-key': 'azure/planted+key==' };

  async function askWithHeaders(...behaviours: Behaviour[]) {
    const server = await startFaultyEndpoint(...behaviours);
    const endpoint = createOpenAiEndpoint({ ...limits, baseUrl: server.baseUrl, headers, secrets }, systemTiming);
    started.push({ server, endpoint });
    return { server, call: endpoint.complete(request, never) };
  }

  test('go with each call', async () => {
    const { server, call } = await askWithHeaders(sse(right));
    await call;
    expect(server.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer sk-planted-0123456789',
      'x-portkey-provider': 'openai',
      'api-key': 'azure/planted+key==',
    });
  });

  test.each([307, 308])('go along where the server moves a request within itself (%i), and not to another', async (status) => {
    const moved =
      (location: string): Behaviour =>
      (response) =>
        void response.writeHead(status, { location }).end();
    const within = await askWithHeaders(moved('/elsewhere/chat/completions'), sse(right));
    expect((await within.call).text).toBe('42');
    expect(within.server.requests[1]).toMatchObject({ path: '/elsewhere/chat/completions', body: { model: request.model } });
    const stranger = await startFaultyEndpoint(sse(right));
    const { call } = await askWithHeaders(moved(`${stranger.baseUrl}/chat/completions`));
    await expect(call).rejects.toMatchObject({
      problem: 'misconfigured',
      message: expect.stringContaining(`has moved to ${stranger.baseUrl}`),
    });
    expect(stranger.requests).toHaveLength(0);
    await stranger[Symbol.asyncDispose]();
  });

  test.each([301, 302])('go along where a proxy moves what sends nothing (%i), such as the load, but no call', async (status) => {
    const moved: Behaviour = (response) => void response.writeHead(status, { location: '/elsewhere/' }).end();
    const load = 'vllm:num_requests_running 3\nvllm:num_requests_waiting 1\n';
    const server = await startFaultyEndpoint(moved, plain(200, load), moved);
    const endpoint = createOpenAiEndpoint({ ...limits, baseUrl: server.baseUrl, showsLoad: true }, systemTiming);
    started.push({ server, endpoint });
    expect(await endpoint.loadText?.(never)).toBe(load);
    await expect(endpoint.complete(request, never)).rejects.toMatchObject({ problem: 'misconfigured' });
    expect(server.requests.map(({ path }) => path)).toEqual(['/metrics', '/elsewhere/', '/v1/chat/completions']);
  });

  test('a call that takes longer than a host lets it is fetched where the host says (Modal, 303)', async () => {
    const later: Behaviour = (response) => void response.writeHead(303, { location: '?__modal_function_call_id=fc-1' }).end();
    const { server, call } = await askWithHeaders(...Array(6).fill(later), sse(right));
    expect((await call).text).toBe('42');
    const fetches = server.requests.slice(1);
    expect(fetches.map(({ path }) => path)).toEqual(Array(6).fill('/v1/chat/completions?__modal_function_call_id=fc-1'));
    expect(fetches.map(({ body }) => body)).toEqual(Array(6).fill(undefined));
    expect(fetches[0]?.headers).toMatchObject({ 'api-key': 'azure/planted+key==' });
    expect(fetches[0]?.headers['content-type']).toBeUndefined();
  });

  /** What a server may do with the headers that it was sent, in each of the ways in which an error gets here. */
  const repeated = (form: (text: string) => string): Behaviour[] => {
    const echo = (headers: IncomingHttpHeaders) => form(`${headers.authorization} and ${headers['api-key']}`);
    const said =
      (status: number, body: (text: string) => unknown): Behaviour =>
      (response, received) =>
        json(status, body(echo(received.headers)))(response, received);
    const bytes =
      (content: (text: string) => string, type: string, status = 200): Behaviour =>
      (response, received) =>
        plain(status, content(echo(received.headers)), type)(response, received);
    return [
      ...[400, 401, 402, 403, 404, 405, 408, 409, 413, 418, 422, 429, 500, 502, 503, 504, 529].map((status) =>
        said(status, (text) => ({ error: { message: `no: ${text}` } })),
      ),
      said(400, (text) => ({ error: { message: 'context length', param: text, code: text, type: text } })),
      said(400, (text) => ({ error: { message: `content policy ${text}`, code: 'content_filter' } })),
      said(422, (text) => ({ detail: [{ loc: ['header', text], msg: text }] })),
      said(400, (text) => ({ received: { headers: [text] } })),
      said(200, (text) => ({ error: { message: text, code: 400 } })),
      said(200, (text) => ({ choices: [{ message: { content: '4' }, finish_reason: `error ${text}` }] })),
      said(200, (text) => text),
      bytes((text) => `<html><title>Oops</title>${text}</html>`, 'text/html'),
      bytes((text) => `<html><title>${text}</title></html>`, 'text/html', 502),
      bytes((text) => text, 'text/plain', 500),
      bytes((text) => text, 'text/plain'),
      bytes((text) => `data: {"error":${JSON.stringify(text)}}\n\n`, 'text/event-stream'),
      bytes((text) => `event: error\ndata: ${text}\n\n`, 'text/event-stream'),
      bytes((text) => `${'x '.repeat(130)}${text}`, 'text/plain', 400),
      (response, received) =>
        void response.writeHead(302, { location: `/login?${encodeURIComponent(echo(received.headers))}` }).end(),
      (response, received) => void response.writeHead(500, `no ${echo(received.headers).replace(/[^\x20-\x7e]/g, '')}`).end(),
      // No HTTP at all: the library's own error may quote what came.
      (response, received) => void response.socket?.end(`HTTP/1.1 abc ${echo(received.headers)}\r\n\r\n`),
    ];
  };
  test.each<[string, (text: string) => string]>([
    ['as they are', (text) => text],
    ['URL-encoded', encodeURIComponent],
    ['in base64', (text) => Buffer.from(text).toString('base64')],
    ['escaped', (text) => [...text].map((each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')],
  ])('are found in no error that repeats them %s', async (_form, form) => {
    const traces = ['planted', '0123456789', 'cGxhbnRlZ', 'bGFudGVk', 'BsYW50ZW', '\\u0070\\u006c\\u0061\\u006e'];
    for (const behaviour of repeated(form)) {
      const { call } = await askWithHeaders(behaviour);
      const error = await call.then(
        ({ text }) => expect.fail(text),
        (reason: unknown) => reason,
      );
      const shown = `${inspect(error, { depth: 20, showHidden: true })} ${(error as Error).stack}`;
      for (const trace of traces) expect(shown).not.toContain(trace);
    }
  });
});

describe('what passes by itself', () => {
  test.each<[string, string, Behaviour, number?]>([
    [
      'a limit per minute at Google',
      'throttled',
      json(429, [
        {
          error: {
            code: 429,
            message: 'You exceeded your current quota, please check your plan and billing details. Please retry in 34.07s.',
            status: 'RESOURCE_EXHAUSTED',
          },
        },
      ]),
      34_070,
    ],
    ['a limit in words', 'throttled', said(429, 'Rate limit reached for model x. Please try again in 7.66s.'), 7_660],
    [
      "a limit of LiteLLM's provider",
      'throttled',
      json(429, { error: { message: 'slow down' } }, { 'llm_provider-retry-after': '30' }),
      30_000,
    ],
    [
      'an overload in a stream',
      'throttled',
      sse(stream(opening, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } })),
    ],
    [
      'a breakdown behind OpenRouter',
      'unavailable',
      said(502, 'Provider returned error', { code: 502, metadata: { raw: 'upstream is down' } }),
    ],
  ])('%s is %s', async (_what, kind, behaviour, waitMs) => {
    expect(await errorOf(behaviour)).toMatchObject({ name: 'EndpointError', problem: kind, retryAfterMs: waitMs });
  });

  test.each([400, 502])('a wall of HTML with status %i is told in short, without tags (utsuwa#67)', async (status) => {
    for (const body of [plain(status, html(148_000)), json(status, { error: { message: html(148_000) } })]) {
      const { message } = await errorOf(body);
      expect(message.length).toBeLessThanOrEqual(300);
      expect(message).toMatch(/Bad gateway Error so sorry/);
      expect(message).not.toMatch(/<|margin/);
    }
  });

  test('an answer with an error that never ends is told after a while', async () => {
    const endless: Behaviour = (response) => {
      response.writeHead(401, { 'content-type': 'text/plain' });
      response.write('bad key');
    };
    expect(await errorOf(endless)).toMatchObject({ problem: 'credentials', message: expect.stringContaining('bad key') });
  });

  test('a server that breaks down over every stream is asked for whole replies (Portkey 1.15.2)', async () => {
    const broken: Behaviour = (response, received) =>
      received.body.stream ? said(500, 'Something went wrong')(response, received) : whole({ content: '42' })(response, received);
    const { call, endpoint, server } = await ask(broken);
    expect(await call).toMatchObject({ text: '42', usageEstimated: false });
    await endpoint.complete(request, never);
    expect(server.requests.map(({ body }) => body.stream === true)).toEqual([true, false, false]);
  });

  test('a server that breaks down over everything, or has streamed before, is streamed again', async () => {
    const { call, endpoint, server } = await ask([said(500, 'no'), said(500, 'no'), sse(right), said(500, 'no'), sse(right)]);
    await expect(call).rejects.toMatchObject({ problem: 'unavailable', status: 500 });
    expect((await endpoint.complete(request, never)).text).toBe('42');
    await expect(endpoint.complete(request, never)).rejects.toMatchObject({ problem: 'unavailable' });
    expect((await endpoint.complete(request, never)).text).toBe('42');
    expect(server.requests.map(({ body }) => body.stream === true)).toEqual([true, false, true, true, true]);
  });

  test('a server whose whole replies are cut off is streamed again, and its usage estimated (litellm#7518)', async () => {
    const balancer: Behaviour = (response, received) =>
      received.body.stream
        ? sse(stream(opening, text, stop, done))(response, received)
        : plain(504, 'Gateway Timeout')(response, received);
    const { call, endpoint, server } = await ask(balancer);
    expect(await call).toMatchObject({ text: '42', usageEstimated: true });
    for (let more = 0; more < 3; more += 1)
      expect(await endpoint.complete(request, never)).toMatchObject({ text: '42', usageEstimated: true });
    expect(server.requests.map(({ body }) => body.stream === true)).toEqual([true, false, true, true, true]);
  });
});

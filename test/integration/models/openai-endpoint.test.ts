import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { FailureError } from '../../../services/domain/failure.ts';
import { systemTiming } from '../../../services/shared/lifecycle/timing.ts';
import { createOpenAiEndpoint } from '../../../services/shared/models/endpoint/openai-endpoint.ts';
import { EndpointError } from '../../../services/shared/models/errors/endpoint-errors.ts';
import type { EndpointRequest } from '../../../services/shared/models/model-endpoint.ts';
import type { EndpointSettings } from '../../../services/shared/models/settings/endpoint-settings.ts';
import {
  answer,
  type Behaviour,
  drip,
  endLate,
  hangBeforeHeaders,
  hangInTheMiddle,
  json,
  pingOnly,
  plain,
  recorded,
  resetBeforeHeaders,
  resetInTheMiddle,
  startFaultyEndpoint,
  truncated,
} from '../../support/faulty-endpoint.ts';

const never = new AbortController().signal;

const request: EndpointRequest = {
  model: 'test-model',
  messages: [{ role: 'user', content: 'How many?' }],
  temperature: 0,
  topP: 1,
  maxTokens: 64,
  seed: 7,
  chatTemplateKwargs: {},
  jobId: 'execute-ab-0-0',
  callId: 'drafts[1].draft/0',
};

const limits: Omit<EndpointSettings, 'baseUrl'> = {
  apiKey: undefined,
  apiKeyVariable: '',
  maxConcurrency: 2,
  timeoutMs: 10_000,
  stallTimeoutMs: 8_000,
  http2: false,
};

async function start(behaviours: readonly Behaviour[], settings: Partial<EndpointSettings> = {}) {
  const server = await startFaultyEndpoint(...behaviours);
  const endpoint = createOpenAiEndpoint({ ...limits, baseUrl: server.baseUrl, ...settings }, systemTiming);
  return {
    server,
    endpoint,
    [Symbol.asyncDispose]: async () => {
      await endpoint.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The error with which one call to an endpoint that behaves so ends. */
async function failureOf(behaviour: Behaviour, settings: Partial<EndpointSettings> = {}, asked = request) {
  await using both = await start([behaviour], settings);
  const error = await both.endpoint.complete(asked, never).then(
    (reply) => expect.fail(`it answered "${reply.text}"`),
    (reason: unknown) => reason,
  );
  return { error, requests: both.server.requests, endpoint: both.server.baseUrl };
}

describe('what is left of a rate', () => {
  const nearlyUsedUp: Behaviour = (response, received) => {
    const said = { limit: '600', remaining: '6', reset: '59.4s' };
    for (const [what, value] of Object.entries(said)) response.setHeader(`x-ratelimit-${what}-tokens`, value);
    return answer('42')(response, received);
  };

  test('is said with a good answer too, and the server is left alone until the next such call may be made', async () => {
    await using both = await start([nearlyUsedUp]);
    // 10 tokens are missing of the 16 that the call took, and 594 come back in 59.4 s.
    expect((await both.endpoint.complete(request, never)).restMs).toBe(1_000);
  });

  test('is nothing to go by behind a gateway', async () => {
    await using both = await start([nearlyUsedUp], { gateway: true });
    expect(await both.endpoint.complete(request, never)).not.toHaveProperty('restMs');
  });
});

describe('what is asked', () => {
  test('a request carries the sampling settings, the seed, the ids, and asks for usage in the stream', async () => {
    await using both = await start([answer('42')], { apiKey: 'secret', apiKeyVariable: 'KEY' });
    const kwargs = { enable_thinking: false };
    const asked = { ...request, purpose: 'operator:review', temperature: 0.3, topP: 0.9, chatTemplateKwargs: kwargs } as const;
    await both.endpoint.complete(asked, never);
    const [received] = both.server.requests;
    expect(received?.path).toBe('/v1/chat/completions');
    expect(received?.headers).toMatchObject({
      authorization: 'Bearer secret',
      'x-scale-job-id': 'execute-ab-0-0',
      'x-scale-call-id': 'drafts%5B1%5D.draft/0',
      'x-scale-purpose': 'operator:review',
    });
    expect(received?.body).toEqual({
      model: 'test-model',
      messages: [{ role: 'user', content: 'How many?' }],
      temperature: 0.3,
      top_p: 0.9,
      max_tokens: 64,
      seed: 7,
      chat_template_kwargs: { enable_thinking: false },
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  test('without a key no authorization is sent, whatever the environment holds for OpenAI', async () => {
    process.env.OPENAI_API_KEY = 'not for this server';
    try {
      await using both = await start([answer('42')]);
      await both.endpoint.complete({ ...request, seed: undefined }, never);
      expect(both.server.requests[0]?.headers.authorization).toBeUndefined();
      expect(both.server.requests[0]?.body).not.toHaveProperty('seed');
    } finally {
      delete process.env.OPENAI_API_KEY;
    }
  });

  test('a connection is used again for the next call, also when a stream ends in a late packet', async () => {
    await using both = await start([endLate(answer('one two three'))]);
    for (let call = 0; call < 4; call += 1) {
      await both.endpoint.complete(request, never);
      expect(await both.server.requests.at(-1)?.closed).toBe('complete');
      await sleep(10);
    }
    expect(both.server.connections).toBe(1);
  });
});

describe('what is answered', () => {
  test('a streamed reply is put together, with its usage and the time to its first token', async () => {
    await using both = await start([answer('The answer is 42.')]);
    const reply = await both.endpoint.complete(request, never);
    expect(reply).toMatchObject({
      text: 'The answer is 42.',
      finishReason: 'stop',
      usage: { promptTokens: 11, completionTokens: 5, cachedTokens: 0, reasoningTokens: 0 },
      usageEstimated: false,
      simulated: false,
    });
    expect(reply.firstTokenMs).toBeGreaterThan(0);
    expect(reply.latencyMs).toBeGreaterThanOrEqual(reply.firstTokenMs);
  });

  test('a reply that reached its token limit says so', async () => {
    await using both = await start([answer('The answ', { finishReason: 'length' })]);
    expect(await both.endpoint.complete(request, never)).toMatchObject({ text: 'The answ', finishReason: 'length' });
  });

  test.each(['scale-simulator', 'scale-simulator-1'])(
    'a simulated model is known by its fingerprint %s',
    async (systemFingerprint) => {
      await using both = await start([answer('42', { systemFingerprint })]);
      expect((await both.endpoint.complete(request, never)).simulated).toBe(true);
    },
  );

  test('a server that does not stream is understood, and not asked to again', async () => {
    const unstreamed: Behaviour = (response, received) => answer('42')(response, { ...received, body: {} });
    await using both = await start([unstreamed]);
    expect(await both.endpoint.complete(request, never)).toMatchObject({ text: '42', usage: { promptTokens: 11 } });
    await both.endpoint.complete(request, never);
    expect(both.server.requests.map(({ body }) => body.stream)).toEqual([true, undefined]);
  });

  test('a server that refuses to stream is asked again without', async () => {
    const refusal = json(400, { error: { message: 'Streaming is not supported by this deployment', code: 400 } });
    await using both = await start([refusal, answer('42')]);
    expect((await both.endpoint.complete(request, never)).text).toBe('42');
    expect(both.server.requests.map(({ body }) => body.stream)).toEqual([true, undefined]);
  });

  test('a stream without usage is estimated and marked, and the next call is not streamed', async () => {
    await using both = await start([answer('x'.repeat(40), { usage: false })]);
    expect(await both.endpoint.complete(request, never)).toMatchObject({
      usageEstimated: true,
      usage: { promptTokens: 3, completionTokens: 10 },
    });
    expect(await both.endpoint.complete(request, never)).toMatchObject({ usageEstimated: false, usage: { promptTokens: 11 } });
  });

  test('a server that knows only max_completion_tokens gets that, from then on at once', async () => {
    const message = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    await using both = await start([
      json(400, { error: { message, param: 'max_tokens', code: 'unsupported_parameter' } }),
      answer('42'),
    ]);
    await both.endpoint.complete(request, never);
    await both.endpoint.complete(request, never);
    expect(both.server.requests.map(({ body }) => [body.max_tokens, body.max_completion_tokens])).toEqual([
      [64, undefined],
      [undefined, 64],
      [undefined, 64],
    ]);
  });

  test('the models that it serves are listed', async () => {
    await using both = await start([json(200, { object: 'list', data: [{ id: 'qwen3-8b', object: 'model' }] })]);
    expect(await both.endpoint.models(never)).toEqual({ names: ['qwen3-8b'], simulated: false, ownedBy: '' });
    expect(both.server.requests[0]?.path).toBe('/v1/models');
  });
});

describe('trouble of the infrastructure', () => {
  const inFuture = (ms: number) => new Date(Date.now() + ms).toUTCString();
  test.each([
    ['in seconds', { 'retry-after': '2' }, 2_000],
    ['in seconds above a minute', { 'retry-after': '180' }, 180_000],
    ['in milliseconds', { 'retry-after-ms': '1250', 'retry-after': '9' }, 1_250],
    ['as a date', { 'retry-after': inFuture(90_000), date: inFuture(0) }, 90_000],
    ['not at all', {}, undefined],
  ])('429 is throttling, with the wait given %s', async (_form, headers, expected) => {
    const { error } = await failureOf(json(429, { error: { message: 'slow down' } }, headers as Record<string, string>));
    expect(error).toMatchObject({ name: 'EndpointError', problem: 'throttled', status: 429, retryAfterMs: expected });
  });

  test.each([
    [500, {}, 'unavailable'],
    [502, {}, 'unavailable'],
    [503, {}, 'unavailable'],
    [503, { 'retry-after': '3' }, 'throttled'],
    [504, {}, 'timeout'],
    [408, {}, 'timeout'],
  ])('HTTP %i with headers %o is %s', async (status, headers, kind) => {
    const { error } = await failureOf(json(status, { error: { message: 'no' } }, headers as Record<string, string>));
    expect(error).toMatchObject({ name: 'EndpointError', problem: kind, status });
  });

  test('a hang before the headers ends at the limit of the attempt, and the server sees the call go away', async () => {
    const { error, requests } = await failureOf(hangBeforeHeaders, { timeoutMs: 400 });
    expect(error).toMatchObject({ problem: 'stalled' });
    expect((error as Error).message).toContain('no token within 0.4 s; if the first one may take longer, raise timeout_seconds');
    expect(await requests[0]?.closed).toBe('cut');
  });

  test('pings are no tokens', async () => {
    const { error } = await failureOf(pingOnly, { timeoutMs: 200 });
    expect(error).toMatchObject({ problem: 'stalled' });
  });

  test('a hang in the middle ends at the stall limit, and the server sees the call go away', async () => {
    const { error, requests } = await failureOf(hangInTheMiddle, { stallTimeoutMs: 100 });
    expect(error).toMatchObject({ problem: 'stalled' });
    expect((error as Error).message).toContain('silent in the middle of a reply for 0.1 s');
    expect(await requests[0]?.closed).toBe('cut');
  });

  test('a slow drip ends at the limit of the whole attempt', async () => {
    const { error } = await failureOf(drip(20), { timeoutMs: 700, stallTimeoutMs: 500 });
    expect(error).toMatchObject({ problem: 'timeout' });
    expect((error as Error).message).toContain('no complete reply within 0.7 s');
  });

  test('a truncated stream is malformed', async () => {
    const { error } = await failureOf(truncated);
    expect(error).toMatchObject({ problem: 'malformed' });
    expect((error as Error).message).toContain('no finish_reason');
  });

  test('a reset in the middle of the body is unavailable', async () => {
    const { error } = await failureOf(resetInTheMiddle);
    expect(error).toMatchObject({ problem: 'unavailable' });
  });

  test('a reset before any answer is unavailable', async () => {
    const { error } = await failureOf(resetBeforeHeaders);
    expect(error).toMatchObject({ problem: 'unavailable' });
  });

  test('nobody listening is unavailable', async () => {
    const server = await startFaultyEndpoint();
    await server[Symbol.asyncDispose]();
    const endpoint = createOpenAiEndpoint({ ...limits, baseUrl: server.baseUrl }, systemTiming);
    await expect(endpoint.complete(request, never)).rejects.toMatchObject({ problem: 'unavailable' });
    await endpoint.close();
  });

  test.each([
    ['JSON cut short', plain(200, '{"choices": [{"mess', 'application/json')],
    ['nothing', plain(200, '', 'application/json')],
    ['broken JSON in a stream', plain(200, 'data: {"choices": [\n\n', 'text/event-stream')],
    ['an empty stream', plain(200, '', 'text/event-stream')],
    ['choices of a wrong type', json(200, { choices: [{ index: 0, message: { content: 42 }, finish_reason: 'stop' }] })],
    ['a reply that the server gave up', answer('The answ', { finishReason: 'abort' })],
  ])('%s is malformed', async (_what, behaviour) => {
    const { error } = await failureOf(behaviour);
    expect(error).toBeInstanceOf(EndpointError);
    expect(error).toMatchObject({ problem: 'malformed' });
  });

  test.each([
    ['an outage', { error: { message: 'engine died', code: 500 } }, 'unavailable'],
    ['an outage without a code', { error: 'out of memory' }, 'unavailable'],
    ['throttling', { error: { message: 'busy', code: 429 } }, 'throttled'],
    ["throttling in vLLM's older shape", { object: 'error', message: 'busy', code: 429 }, 'throttled'],
  ])('200 with an error body that tells of %s is that', async (_what, body, kind) => {
    const { error } = await failureOf(json(200, body));
    expect(error).toMatchObject({ name: 'EndpointError', problem: kind });
  });

  test('an error in the middle of a stream is the error, and the text before it is not used', async () => {
    const { error } = await failureOf(recorded('vllm-error-in-stream.stream.txt'));
    expect(error).toMatchObject({ problem: 'unavailable', status: 500 });
  });

  test.each([401, 403])('HTTP %i names the endpoint and the variable of the key', async (status) => {
    const body = { error: { message: 'Incorrect API key provided', code: 'invalid_api_key' } };
    const { error, endpoint } = await failureOf(json(status, body), { apiKey: 'wrong', apiKeyVariable: 'MY_VLLM_KEY' });
    expect(error).toMatchObject({ problem: 'credentials', status });
    expect((error as Error).message).toContain(endpoint);
    expect((error as Error).message).toContain('MY_VLLM_KEY');
    expect((error as Error).message).not.toContain('wrong');
  });

  test('401 where no key was named says how to name one', async () => {
    const { error } = await failureOf(json(401, { error: { message: 'Unauthorized' } }));
    expect((error as Error).message).toContain('api_key_variable');
  });

  test('an empty account is a matter of credentials, not of throttling', async () => {
    const { error } = await failureOf(recorded('openai-no-quota.error.json', 429));
    expect(error).toMatchObject({ problem: 'credentials' });
  });

  test.each(['vllm-no-model.error.json', 'openai-no-model.error.json'])('%s names the model that is not served', async (name) => {
    const { error } = await failureOf(recorded(name, 404), {}, { ...request, model: 'qwen-plus' });
    expect(error).toMatchObject({ problem: 'misconfigured', status: 404 });
    expect((error as Error).message).toContain('does not serve the model qwen-plus');
  });

  test('404 for the path says that the address is wrong', async () => {
    const { error } = await failureOf(json(404, { detail: 'Not Found' }));
    expect(error).toMatchObject({ problem: 'misconfigured' });
    expect((error as Error).message).toContain('/v1');
  });

  test('a setting that the server does not know is a matter of configuration, and is not scored', async () => {
    const message = 'Unrecognized request argument supplied: chat_template_kwargs';
    const { error } = await failureOf(json(400, { error: { message, type: 'invalid_request_error' } }));
    expect(error).toMatchObject({ problem: 'misconfigured' });
    expect((error as Error).message).toContain(message);
  });
});

describe('failures that belong to the request', () => {
  test.each([
    'vllm-context-overflow.error.json',
    'vllm-old-context-overflow.error.json',
    'vllm-reply-limit-overflow.error.json',
    'openai-context-overflow.error.json',
    'llama-cpp-context-overflow.error.json',
  ])('%s is a context overflow, told in the words of the server and without its address', async (name) => {
    const { error, requests, endpoint } = await failureOf(recorded(name, 400));
    expect(error).toBeInstanceOf(FailureError);
    const { kind, message } = (error as FailureError).failure;
    expect(kind).toBe('context-overflow');
    expect(message).toMatch(/40960|4096|128000/);
    expect(message).not.toContain(endpoint);
    expect(requests).toHaveLength(1);
  });

  test('a filtered prompt is a content filter failure', async () => {
    const { error } = await failureOf(recorded('openai-content-filter.error.json', 400));
    expect(error).toMatchObject({ failure: { kind: 'content-filter' } });
  });

  test.each([
    ["OpenAI's shape", { error: { message: 'messages: odd role' } }],
    ["vLLM's older shape", { object: 'error', message: 'messages: odd role', code: 400 }],
    ["FastAPI's shape", { detail: [{ loc: ['messages'], msg: 'odd role' }] }],
  ])('any other 400 is left to what becomes of other requests, with the reason in %s', async (_shape, body) => {
    const { error } = await failureOf(json(400, body));
    expect(error).toMatchObject({ problem: 'unclear-refusal', ofRequest: { kind: 'refused' } });
    expect((error as EndpointError).ofRequest?.message).not.toContain('http:');
    expect((error as Error).message).toContain('odd role');
  });
});

describe('the signal', () => {
  test.each([
    ['before the headers', hangBeforeHeaders],
    ['in the middle', hangInTheMiddle],
  ])('an abort %s ends the call with its reason and frees the server', async (_when, behaviour) => {
    const stop = new AbortController();
    const abortSoon: Behaviour = (response, received) => {
      setTimeout(() => stop.abort(new Error('the run is cancelled')), 20);
      return behaviour(response, received);
    };
    await using both = await start([abortSoon]);
    const call = both.endpoint.complete(request, stop.signal);
    await expect(call).rejects.toThrow('the run is cancelled');
    expect(await both.server.requests[0]?.closed).toBe('cut');
  });

  test('nothing is sent for a signal that has aborted', async () => {
    await using both = await start([answer('42')]);
    await expect(both.endpoint.complete(request, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
    expect(both.server.requests).toHaveLength(0);
  });
});

describe('what is known of a call whose connection failed', () => {
  const failureAt = async (baseUrl: string, calls: number): Promise<unknown> => {
    const endpoint = createOpenAiEndpoint({ ...limits, baseUrl }, systemTiming);
    try {
      for (let call = 0; call < calls; call += 1) await endpoint.complete(request, never);
      return 'no failure';
    } catch (error) {
      return error;
    } finally {
      await endpoint.close();
    }
  };

  test.each(['127.0.0.1', 'localhost'])('it was never sent where nobody listens on %s', async (host) => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    await new Promise((done) => closed.close(done));
    expect(await failureAt(`http://${host}:${port}/v1`, 1)).toMatchObject({ problem: 'unavailable', sent: 'never' });
  });

  test('a kept connection was closed as it came, so that it may have been answered', async () => {
    const kept = new WeakSet<Socket>();
    await using server = await startFaultyEndpoint((response, received) => {
      const { socket } = response;
      if (socket === null || kept.has(socket)) return void socket?.destroy();
      kept.add(socket);
      return answer('Seven.')(response, received);
    });
    // Whether the second call already comes on the first one's connection is a matter of time.
    expect(await failureAt(server.baseUrl, 100)).toMatchObject({ problem: 'unavailable', sent: 'stale' });
  });

  test('nothing is known where a first connection breaks, or an answer does', async () => {
    await using breaks = await startFaultyEndpoint((response) => void response.socket?.destroy());
    await using half = await startFaultyEndpoint(answer('Seven.'), (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"choices": [');
      setTimeout(() => response.socket?.destroy(), 50);
    });
    for (const [server, calls] of [
      [breaks, 1],
      [half, 2],
    ] as const) {
      expect(await failureAt(server.baseUrl, calls)).toMatchObject({ sent: undefined });
    }
  });
});

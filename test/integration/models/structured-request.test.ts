import { describe, expect, test } from 'vitest';
import { predictionSchema } from '../../../services/domain/prompts/reply-schemas.ts';
import { systemTiming } from '../../../services/shared/lifecycle/timing.ts';
import { createOpenAiEndpoint } from '../../../services/shared/models/endpoint/openai-endpoint.ts';
import type { EndpointRequest } from '../../../services/shared/models/model-endpoint.ts';
import { answer, type Behaviour, json, startFaultyEndpoint } from '../../support/faulty-endpoint.ts';

const never = new AbortController().signal;
const request: EndpointRequest = {
  model: 'test-model',
  messages: [{ role: 'user', content: 'In tags?' }],
  temperature: 0,
  topP: 1,
  maxTokens: 64,
  seed: 7,
  chatTemplateKwargs: {},
  jobId: 'predict-2-1',
  callId: 'predict',
  structured: { messages: [{ role: 'user', content: 'In JSON?' }], schema: predictionSchema },
};
const { structured: _, ...plain } = request;

/** Under a schema with lengths, xgrammar 0.2.9 lets no reason have a line end, a quotation mark or a backslash. */
const withoutLengths = {
  ...predictionSchema,
  properties: { ...(predictionSchema.properties as object), reason: { type: 'string' } },
};
const inJson = '{"reason": "It asks for steps.", "score": "0.85"}';
const inTags = '<reason>It asks for steps.</reason><box>0.85</box>';

/** What a server is sent for so many calls that it answers so: with or without a schema, and what was noted. */
async function sentTo(behaviours: readonly Behaviour[], requests: readonly EndpointRequest[]) {
  await using server = await startFaultyEndpoint(...behaviours);
  const notes: string[] = [];
  const settings = {
    ...{ baseUrl: server.baseUrl, apiKey: undefined, apiKeyVariable: '', maxConcurrency: 2, http2: false },
    ...{ timeoutMs: 10_000, stallTimeoutMs: 8_000 },
  };
  const endpoint = createOpenAiEndpoint(settings, systemTiming, undefined, (message) => notes.push(message));
  const texts: string[] = [];
  for (const each of requests) texts.push((await endpoint.complete(each, never)).text);
  await endpoint.close();
  const bodies = server.requests.flatMap(({ body }) => (body === undefined ? [] : [body]));
  const sent = bodies.map(({ messages, response_format }) => [messages[0].content, response_format?.type ?? 'text']);
  return { texts, sent, notes, bodies };
}

const under = ['In JSON?', 'json_schema'];
const without = ['In tags?', 'text'];

describe('a request with a schema', () => {
  test('goes out as response_format, with the prompt for it', async () => {
    const { texts, sent, notes, bodies } = await sentTo([answer(inJson)], [request, request]);
    expect(texts).toEqual([inJson, inJson]);
    expect(sent).toEqual([under, under]);
    expect(notes).toEqual([]);
    expect(bodies[0].response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'reply', strict: true, schema: withoutLengths },
    });
  });

  test.each([
    [400, { error: { message: 'response_format json_schema is not supported', type: 'invalid_request_error' } }],
    [422, { detail: [{ loc: ['body', 'response_format'], msg: 'Extra inputs are not permitted' }] }],
    [400, { error: { message: 'failed to parse grammar', code: 400 } }],
    [400, { message: 'The provided JSON schema contains features not supported by xgrammar.', object: 'error' }],
    [400, { error: { message: 'This response_format type is unavailable now', param: null } }],
    [
      400,
      { error: { message: "Failed to generate JSON. Please adjust your prompt. See 'failed_generation' for more details." } },
    ],
    [400, { error: { message: 'Failed to validate JSON. Please adjust your prompt.', code: 'json_validate_failed' } }],
    [500, { error: { message: 'Internal Server Error' } }],
    // Gemini, which names the schema as its own interface does, and models of it without one.
    [
      400,
      [{ error: { message: `Unknown name "pattern" at 'generation_config.response_schema': Cannot find field.`, code: 400 } }],
    ],
    [400, [{ error: { message: 'JSON mode is not enabled for models/gemma-3-27b-it', code: 400 } }]],
    // Anthropic's earlier versions, Bedrock, OpenRouter.
    [400, { error: { message: 'output_format: Extra inputs are not permitted', type: 'invalid_request_error' } }],
    [400, { message: "outputConfig.textFormat: This model doesn't support the structure field" }],
    [404, { error: { message: 'No endpoints found that can handle the requested parameters.', code: 404 } }],
    // Of the schema, and not of the prompt.
    [400, { error: { message: 'JSON schema in request is too large: 18345 bytes' } }],
    [400, { error: { message: 'Request schema exceeds the maximum allowed complexity' } }],
  ])('that a server refuses is sent without it, from then on, and said once: %i %j', async (status, body) => {
    const refusal: Behaviour = (response, received) =>
      (received.body?.response_format === undefined ? answer(inTags) : json(status, body))(response, received);
    const { texts, sent, notes } = await sentTo([answer(inTags), refusal], [plain, request, request]);
    expect(texts).toEqual([inTags, inTags, inTags]);
    expect(sent).toEqual([without, under, without, without]);
    expect(notes).toEqual([expect.stringMatching(/^http.*refuses replies under a JSON schema, or ignores the schema/)]);
  });

  test.each([500, 501])('that a server breaks down over in the very first call, with %i, is sent without it', async (status) => {
    const refusal: Behaviour = (response, received) =>
      (received.body?.response_format === undefined ? answer(inTags) : json(status, { error: { message: 'sorry' } }))(
        response,
        received,
      );
    const { texts, sent, bodies } = await sentTo([refusal], [request, request]);
    expect(texts).toEqual([inTags, inTags]);
    // Without streaming first, which is the more common reason.
    expect(sent).toEqual([under, under, without, without]);
    expect(bodies.map(({ stream }) => stream ?? false)).toEqual([true, false, true, true]);
  });

  test('and a prompt too long for the context of the model stays the failure of the request', async () => {
    const message = "This model's maximum context length is 4096 tokens; with its schema, the request has 5000.";
    await expect(sentTo([json(400, { error: { message } })], [request])).rejects.toMatchObject({
      failure: { kind: 'context-overflow' },
    });
  });

  test('a server that refuses everything is asked twice, and says why', async () => {
    const message = 'no such thing';
    await expect(sentTo([json(400, { error: { message } })], [request])).rejects.toThrow(message);
  });

  test.each([
    ['prose', 'I expect about 85%.'],
    ['another object', '{"answer": 0.85}'],
  ])('that a server ignores is given up, once it has answered with %s', async (_, text) => {
    const { texts, sent, notes } = await sentTo([answer(text), answer(inTags)], [request, request, request]);
    expect(texts).toEqual([text, inTags, inTags]);
    expect(sent).toEqual([under, without, without]);
    expect(notes).toHaveLength(1);
  });

  test('says nothing of a server whose reply was cut off', async () => {
    const cut = answer(inJson.slice(0, 20), { finishReason: 'length' });
    const { sent } = await sentTo([cut, answer(inJson)], [request, request]);
    expect(sent).toEqual([under, under]);
  });

  test.each([
    ['vllm', under, withoutLengths],
    ['sglang', under, withoutLengths],
    ['llamacpp', under, predictionSchema],
    ['somebody else', without, undefined],
    ['scale-simulator', without, undefined],
  ])('goes to %s, where it is to be sent only where it is known to be honoured, as %j', async (owner, form, schema) => {
    const list: Behaviour = (response, received) =>
      (received.path.endsWith('/models') ? json(200, { data: [{ id: 'm', owned_by: owner }] }) : answer(inJson))(
        response,
        received,
      );
    const { sent, bodies } = await sentTo([list], [{ ...request, structuredWhereKnown: true }]);
    expect(sent).toEqual([form]);
    expect(bodies[0].response_format?.json_schema.schema).toEqual(schema);
  });
});

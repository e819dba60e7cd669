import { describe, expect, test } from 'vitest';
import { interpretWorkflow } from '../../../services/domain/workflow/execution/interpret.ts';
import { parseWorkflow } from '../../../services/domain/workflow/parse-workflow.ts';
import type { ModelCall } from '../../../services/shared/contracts/generated/scale/v1/result.ts';
import { systemTiming } from '../../../services/shared/lifecycle/timing.ts';
import type { AttemptMeter } from '../../../services/shared/models/attempt-meter.ts';
import { createOpenAiEndpoint } from '../../../services/shared/models/endpoint/openai-endpoint.ts';
import { createJournaledModelClient } from '../../../services/shared/models/journaled-model-client.ts';
import { repliesOf } from '../../../services/shared/models/model-call.ts';
import { createModelClient } from '../../../services/shared/models/model-client.ts';
import { createEndpointPool } from '../../../services/shared/models/pool/endpoint-pool.ts';
import { knownQueries } from '../../../services/simulator/difficulty.ts';
import { startSimulator } from '../../../services/simulator/start-simulator.ts';
import { executionContext } from '../../support/execution-context.ts';
import { answer, type Behaviour, events, json, startFaultyEndpoint } from '../../support/faulty-endpoint.ts';
import { qwen8bOnH100 } from '../../support/simulator/qwen8b-on-h100.ts';
import { arithmeticBenchmark } from '../../unit/simulator/arithmetic-benchmark.ts';

const never = new AbortController().signal;
const settings = {
  model: 'm',
  temperature: 0.7,
  topP: 1,
  maxTokens: 64,
  chatTemplateKwargs: {},
  sendSeed: true,
  joinSamples: true,
};
const ask = (callId: string) => ({
  callId,
  purpose: 'operator:custom' as const,
  messages: [{ role: 'user' as const, content: 'How many?' }],
});

function clientOf(baseUrl: string, change: Partial<typeof settings> = {}, meter?: AttemptMeter) {
  const calls: ModelCall[] = [];
  const notes: string[] = [];
  const endpoint = createOpenAiEndpoint(
    {
      baseUrl,
      apiKey: undefined,
      apiKeyVariable: '',
      maxConcurrency: 16,
      http2: false,
      timeoutMs: 20_000,
      stallTimeoutMs: 10_000,
    },
    systemTiming,
    undefined,
    (message) => notes.push(message),
  );
  const pool = createEndpointPool({ model: 'm', endpoints: [endpoint], timing: systemTiming, random: Math.random });
  const client = createModelClient({
    ...{ pool, settings: { ...settings, ...change }, seed: [1], jobId: 'job', prefixKey: 'w' },
    ...(meter && { meter }),
    onCall: (call) => void calls.push(call),
  });
  const { sample } = client;
  if (change.joinSamples !== false && sample === undefined) throw new Error('it asks for no samples');
  return { client, sample: sample as NonNullable<typeof sample>, calls, notes, health: pool.health, close: () => pool.close() };
}

const delta = (index: number, content: string | null, finish: string | null = null) => ({
  choices: [{ index, delta: content === null ? {} : { content }, finish_reason: finish }],
});
const usageChunk = (completion: number) => ({
  choices: [],
  usage: { prompt_tokens: 11, completion_tokens: completion, total_tokens: 11 + completion },
});
/** Two choices, word by word in turn, the second of which ends first. */
const twoChoices = [delta(0, 'Se'), delta(1, 'Six'), delta(0, 'ven'), delta(1, '.'), delta(0, '.'), delta(1, null, 'stop')];

/** What becomes of one request for two samples that is answered so. */
async function sampled(...behaviours: readonly Behaviour[]) {
  await using server = await startFaultyEndpoint(...behaviours);
  const { client, sample, calls, notes, close } = clientOf(server.baseUrl);
  const replies = await sample(ask('a/0'), 2, never);
  const bodies = server.requests.flatMap(({ body }) => body ?? []);
  await close();
  return { replies, texts: replies.map(({ text }) => text), call: calls[0], calls, notes, bodies, client };
}

describe('a request for samples', () => {
  test("is one journaled call with all replies, under vLLM's usage", async () => {
    const { texts, replies, call, calls, bodies } = await sampled(events([...twoChoices, delta(0, null, 'stop'), usageChunk(9)]));
    expect(bodies[0].n).toBe(2);
    expect(texts).toEqual(['Seven.', 'Six.']);
    expect(calls).toHaveLength(1);
    expect(call).toMatchObject({ callId: 'a/0', usage: { promptTokens: 11, completionTokens: 9 }, usageEstimated: false });
    expect(replies.map(({ usage }) => usage.completionTokens).reduce((a, b) => a + b)).toBe(9);
    const paid = new Map(calls.map((each) => [each.callId, each]));
    const replayed: ModelCall[] = [];
    const fails = async () => Promise.reject(new Error('it asks again'));
    const journaled = createJournaledModelClient({ complete: fails, sample: fails }, paid, (each) => void replayed.push(each));
    expect(await journaled.sample?.(ask('a/0'), 2, never)).toEqual(replies);
    expect(replayed).toEqual(calls);
    expect(call && repliesOf(call)).toEqual(replies);
  });

  test('sums the figures of each choice, which llama-server sends when each one ends', async () => {
    const { texts, call } = await sampled(events([...twoChoices, usageChunk(3), delta(0, null, 'stop'), usageChunk(4)]));
    expect(texts).toEqual(['Seven.', 'Six.']);
    expect(call).toMatchObject({ usage: { promptTokens: 11, completionTokens: 7 }, usageEstimated: false });
  });

  test('estimates what a figure does not cover, and says so', async () => {
    const { call } = await sampled(events([...twoChoices, delta(0, null, 'stop'), usageChunk(3)]));
    expect(call).toMatchObject({ usage: { promptTokens: 11, completionTokens: 5 }, usageEstimated: true });
  });

  test('estimates it for a whole body too', async () => {
    const message = (index: number) => ({
      index,
      message: { role: 'assistant', content: 'A sentence of some length. '.repeat(9) },
      finish_reason: 'stop',
    });
    const body = { choices: [message(0), message(1)], usage: { prompt_tokens: 11, completion_tokens: 61, total_tokens: 72 } };
    const { texts, call } = await sampled(json(200, body));
    expect(texts).toHaveLength(2);
    expect(call).toMatchObject({ usage: { completionTokens: 122 }, usageEstimated: true });
  });

  test.each([
    [400, { error: { message: 'n must be 1', type: 'invalid_request_error', param: 'n' } }],
    [400, { error: { message: 'n_cmpl cannot be greater than the number of slots, please increase -np', code: 400 } }],
    [400, { error: { message: "Field 'n': Value must be between 1 <= value <= 4, but got 9", code: 400 } }],
    [422, { detail: [{ loc: ['body', 'n'], msg: 'Input should be less than or equal to 1' }] }],
    [400, { error: { message: 'Only one completion choice is allowed' } }],
    [400, { error: { message: 'Multiple generations are not supported', param: null } }],
  ])('that a server refuses gives one reply, from then on, and the refusal is said once: %i %j', async (status, refusal) => {
    const behaviour: Behaviour = (response, received) =>
      (received.body?.n === undefined ? answer('Seven.') : json(status, refusal))(response, received);
    await using server = await startFaultyEndpoint(behaviour);
    const { sample, calls, notes, close } = clientOf(server.baseUrl);
    for (const id of ['a/0', 'b/0']) expect(await sample(ask(id), 3, never)).toHaveLength(1);
    await close();
    expect(server.requests.flatMap(({ body }) => (body === undefined ? [] : [body.n ?? 1]))).toEqual([3, 1, 1]);
    expect(calls.map(({ samples }) => samples.length)).toEqual([0, 0]);
    expect(notes).toEqual([expect.stringContaining('samples are asked for one by one')]);
  });

  test('that a server ignores gives one reply, and is not made again', async () => {
    await using server = await startFaultyEndpoint(answer('Seven.'));
    const { sample, notes, close } = clientOf(server.baseUrl);
    expect(await sample(ask('a/0'), 3, never)).toHaveLength(1);
    expect(await sample(ask('b/0'), 3, never)).toHaveLength(1);
    await close();
    expect(server.requests.map(({ body }) => body.n ?? 1)).toEqual([3, 1]);
    expect(notes).toHaveLength(1);
  });

  const whole = delta(0, null, 'stop');
  const without = ({ choices }: ReturnType<typeof delta>, more = {}) => ({
    choices: choices.map(({ index: _, ...part }) => ({ ...part, ...more })),
  });
  const counted = ['Se', 'ven', '.'].map((piece, place) => delta(place, piece, place === 2 ? 'stop' : null));
  test.each([
    ['no number', [...twoChoices, whole].map((chunk) => without(chunk))],
    [
      'one number for all, and one end (LiteLLM)',
      [...twoChoices.slice(0, -1), whole].map((chunk) => without(chunk, { index: 0 })),
    ],
    [
      'no number, one after the other',
      ['Seven', '.', 'Six', '.'].map((piece) => without(delta(0, piece))).concat(without(whole)),
    ],
    [
      'null as the number of some',
      [delta(0, 'Se'), delta(1, 'Six'), without(delta(0, 'ven'), { index: null }), whole, delta(1, null, 'stop')],
    ],
    ['a number for some', [delta(0, 'Se'), delta(1, 'Six'), without(delta(0, 'ven')), whole, delta(1, null, 'stop')]],
    [
      'places that change',
      [{ choices: [delta(0, 'Se'), delta(0, 'Six')].flatMap(({ choices }) => choices) }, delta(0, 'ven'), whole].map((chunk) =>
        without(chunk),
      ),
    ],
    ['the number of the chunk', counted],
    ['the number of the chunk, of as many as there are replies', [delta(0, 'Seven'), delta(1, '.', 'stop')]],
    ['numbers of more replies than were asked for', [0, 2, 5].map((place) => delta(place, 'Seven.', 'stop'))],
  ])('whose pieces have %s is not scored, but paid for, and made again for one', async (_how, chunks) => {
    const mixture = events([...chunks, usageChunk(9), '[DONE]']);
    const behaviour: Behaviour = (response, received) =>
      (received.body?.n === undefined ? answer('Seven.') : mixture)(response, received);
    await using server = await startFaultyEndpoint(behaviour);
    const endings: unknown[] = [];
    const meter: AttemptMeter = {
      begin: async () => ({ id: 'x', ended: (state, usage) => endings.push([state, usage.completionTokens]) }),
    };
    const { sample, calls, notes, close, health } = clientOf(server.baseUrl, {}, meter);
    for (const id of ['a/0', 'b/0']) expect(await sample(ask(id), 2, never)).toMatchObject([{ text: 'Seven.' }]);
    expect(health()[0]?.failures).toEqual({});
    await close();
    expect(server.requests.flatMap(({ body }) => (body === undefined ? [] : [body.n ?? 1]))).toEqual([2, 1, 1]);
    expect(endings).toEqual([
      ['useless', 9],
      ['answered', 5],
      ['answered', 5],
    ]);
    expect(calls.map(({ usage }) => usage?.completionTokens)).toEqual([5, 5]);
    expect(notes).toEqual([expect.stringContaining('does not say which reply a piece belongs to')]);
  });

  test('seeds samples that are asked for alone as the request would have', async () => {
    await using server = await startFaultyEndpoint(answer('Seven.'));
    const { client, sample, close } = clientOf(server.baseUrl);
    await sample(ask('a/0'), 3, never);
    await client.complete({ ...ask('c/0'), sampleOf: { callId: 'a/0', place: 2 } }, never);
    await close();
    const [first, third] = server.requests.map(({ body }) => body.seed);
    expect(third).toBe(first + 2);
  });
});

describe('an ensemble on the simulated vLLM', () => {
  const parsed = parseWorkflow({
    workflow: 1,
    prompts: {
      solve: `Solve the problem step by step. ${'Check each step with care. '.repeat(12)}End with \\boxed{the answer}.`,
    },
    steps: [
      {
        id: 'drafts',
        parallel: 5,
        steps: [{ id: 'draft', call: 'custom', with: { input: '{{query.question}}', instruction: 'solve' } }],
        yield: '{{draft.response}}',
      },
      { id: 'vote', call: 'sc_ensemble', with: { solutions: '{{drafts}}', problem: '{{query.question}}' } },
      { return: '{{vote.response}}' },
    ],
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const queries = arithmeticBenchmark.queries.slice(0, 12);

  /** Answers of all queries, and what the server counted. @param most samples that a server gives for a request */
  async function runEnsembles(joinSamples: boolean, gives: 'all' | 'one') {
    const known = knownQueries(arithmeticBenchmark, { difficulties: new Map(queries.map(({ id }) => [id, 0])) });
    await using simulator = await startSimulator({ known, engine: { ...qwen8bOnH100, speed: 1000 } });
    const { client, calls, close } = clientOf(simulator.url, { maxTokens: 2048, joinSamples });
    const { sample } = client;
    const model =
      sample && gives === 'one'
        ? { ...client, sample: async (...asked: Parameters<typeof sample>) => [await client.complete(asked[0], asked[2])] }
        : client;
    const answers: string[] = [];
    for (const query of queries) {
      const outcome = await interpretWorkflow(
        parsed.ok ? parsed.workflow : expect.fail(),
        query,
        executionContext({ model, seed: [1, query.id] }),
      );
      answers.push(outcome.answer);
    }
    await close();
    const text = await (await fetch(new URL('/metrics', simulator.url))).text();
    const metric = (name: string) =>
      [...text.matchAll(new RegExp(`^${name}\\{.*\\} (.*)$`, 'gm'))].reduce((sum, [, value]) => sum + Number(value), 0);
    const promptsOf = (holds: (call: ModelCall) => boolean) =>
      calls.filter(holds).reduce((sum, { usage }) => sum + (usage?.promptTokens ?? 0), 0);
    const prompts = metric('vllm:prompt_tokens_total');
    const computed = prompts - metric('vllm:prefix_cache_hits_total');
    const requests = metric('vllm:request_success_total');
    return {
      answers,
      requests,
      prompts,
      computed,
      counted: promptsOf(() => true),
      drafts: promptsOf(({ samples }) => samples.length > 0),
    };
  }

  test('pays for each prompt once, and answers as if its samples had been asked for one by one', async () => {
    const [joined, alone, apart] = [
      await runEnsembles(true, 'all'),
      await runEnsembles(true, 'one'),
      await runEnsembles(false, 'all'),
    ];
    expect(joined.answers).toEqual(alone.answers);
    // Five drafts are one request instead of five, and their prompt is read once.
    expect(alone.requests - joined.requests).toBe(4 * queries.length);
    expect(joined.counted).toBe(joined.prompts);
    expect(alone.prompts - joined.prompts).toBe(4 * joined.drafts);
    expect(joined.computed).toBeLessThan(alone.computed);
    // Other seeds, other drafts: as many requests as it takes.
    expect(apart.requests).toBeGreaterThanOrEqual(5 * queries.length);
    const figures = (['requests', 'prompts', 'computed'] as const).map((what) => `${what} ${alone[what]} -> ${joined[what]}`);
    console.log(`one by one -> in one request, ${queries.length} queries: ${figures.join(', ')}`);
  });
});

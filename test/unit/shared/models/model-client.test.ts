import { expect, test } from 'vitest';
import type { ModelSettings } from '../../../../services/domain/run/configuration.ts';
import type { ModelCall } from '../../../../services/shared/contracts/generated/scale/v1/result.ts';
import { createJournaledModelClient } from '../../../../services/shared/models/journaled-model-client.ts';
import { callSeed, createModelClient, type ModelClientSettings } from '../../../../services/shared/models/model-client.ts';
import type { EndpointRequest } from '../../../../services/shared/models/model-endpoint.ts';
import type { EndpointPool } from '../../../../services/shared/models/pool/endpoint-pool.ts';

const never = new AbortController().signal;

const settings: ModelSettings = {
  model: 'qwen3-8b',
  temperature: 0.7,
  topP: 0.95,
  maxTokens: 256,
  chatTemplateKwargs: { enable_thinking: false },
  sendSeed: true,
};

function setUp(change: Partial<ModelClientSettings> = {}) {
  const asked: EndpointRequest[] = [];
  const prefixes: string[] = [];
  const calls: ModelCall[] = [];
  const pool = {
    complete: async (request: EndpointRequest, prefixKey: string) => {
      asked.push(request);
      prefixes.push(prefixKey);
      return {
        text: `answer to ${request.callId}`,
        reasoning: 'thought',
        finishReason: 'length' as const,
        usage: { promptTokens: 9, completionTokens: 4, cachedTokens: 3, reasoningTokens: 1 },
        usageEstimated: true,
        promptCut: true,
        servedModel: 'qwen3-8b-awq',
        simulated: true,
        firstTokenMs: 10.4,
        latencyMs: 99.6,
        endpoint: 'http://gpu-1/v1',
        attempts: 2,
      };
    },
  } as unknown as EndpointPool;
  const client = createModelClient({
    pool,
    settings,
    seed: [1, 'hash', 'q7', 0],
    jobId: 'execute-hash-7-0',
    prefixKey: 'hash',
    onCall: (call) => void calls.push(call),
    ...change,
  });
  return { client, asked, prefixes, calls };
}

const ask = (callId: string) => ({
  callId,
  purpose: 'propose' as const,
  messages: [{ role: 'user' as const, content: 'How many?' }],
});

test('the request carries the settings of the run, and the reply is that of the call that is reported', async () => {
  const { client, asked, prefixes, calls } = setUp();
  const reply = await client.complete(ask('solve/0'), never);
  expect(asked[0]).toMatchObject({
    model: 'qwen3-8b',
    temperature: 0.7,
    topP: 0.95,
    maxTokens: 256,
    chatTemplateKwargs: { enable_thinking: false },
    jobId: 'execute-hash-7-0',
    callId: 'solve/0',
  });
  expect(prefixes).toEqual(['hash']);
  expect(calls).toEqual([
    {
      callId: 'solve/0',
      model: 'qwen3-8b',
      usage: { promptTokens: 9, completionTokens: 4, cachedTokens: 3, reasoningTokens: 1 },
      text: 'answer to solve/0',
      reasoning: 'thought',
      finishReason: 'length',
      latencyMs: 100,
      timeToFirstTokenMs: 10,
      attempts: 2,
      simulated: true,
      endpoint: 'http://gpu-1/v1',
      usageEstimated: true,
      promptCut: true,
      servedModel: 'qwen3-8b-awq',
      samples: [],
    },
  ]);
  expect(reply).toEqual({
    text: 'answer to solve/0',
    reasoning: 'thought',
    finishReason: 'length',
    usage: calls[0]?.usage,
    model: 'qwen3-8b',
    simulated: true,
  });
});

test('each place of a call has its own seed, the same in every attempt at the job', () => {
  const seed = [1, 'hash', 'q7', 0];
  expect(callSeed(seed, 'a/0')).toBe(callSeed([...seed], 'a/0'));
  const others = [callSeed(seed, 'a/1'), callSeed([2, 'hash', 'q7', 0], 'a/0'), callSeed([1, 'hash', 'q7', 1], 'a/0')];
  expect(new Set([callSeed(seed, 'a/0'), ...others]).size).toBe(4);
});

test('seeds are positive and fit 31 bits', () => {
  for (let repeat = 0; repeat < 2_000; repeat += 1) {
    const seed = callSeed([3, repeat], 'x');
    expect(Number.isInteger(seed) && seed >= 1 && seed < 2 ** 31).toBe(true);
  }
});

test('a run that sends no seed sends none', async () => {
  const { client, asked } = setUp({ settings: { ...settings, sendSeed: false } });
  await client.complete(ask('a/0'), never);
  expect(asked[0]?.seed).toBeUndefined();
});

test('a call that cannot be journaled does not count as made', async () => {
  const { client } = setUp({ onCall: () => Promise.reject(new Error('the journal is away')) });
  await expect(client.complete(ask('a/0'), never)).rejects.toThrow('the journal is away');
});

test('what the journal holds is answered from it, reported, and not asked again', async () => {
  const { client, asked, calls } = setUp();
  const first = await client.complete(ask('a/0'), never);
  const replayed: ModelCall[] = [];
  const journal = new Map(calls.map((call) => [call.callId, call]));
  const journaled = createJournaledModelClient(client, journal, (call) => replayed.push(call));
  expect(await journaled.complete(ask('a/0'), never)).toEqual(first);
  expect(asked).toHaveLength(1);
  expect(replayed).toEqual([calls[0]]);
  expect((await journaled.complete(ask('b/0'), never)).text).toBe('answer to b/0');
  expect(asked).toHaveLength(2);
  expect(replayed).toHaveLength(1);
});

test('a journal answers nobody who has been cancelled', async () => {
  const { client, calls } = setUp();
  await client.complete(ask('a/0'), never);
  const journaled = createJournaledModelClient(client, new Map([['a/0', calls[0] as ModelCall]]), () => {});
  await expect(journaled.complete(ask('a/0'), AbortSignal.abort(new Error('cancelled')))).rejects.toThrow('cancelled');
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemTiming } from '../../services/shared/lifecycle/timing.ts';
import { createOpenAiEndpoint } from '../../services/shared/models/endpoint/openai-endpoint.ts';
import type { EndpointRequest, ModelEndpoint } from '../../services/shared/models/model-endpoint.ts';
import { createEndpointPool, type EndpointPool } from '../../services/shared/models/pool/endpoint-pool.ts';
import { lookAtEndpoint } from '../../services/shared/models/pool/look-at-endpoint.ts';
import { usageFigures } from '../../services/shared/models/replies/chat-usage.ts';
import { endpointSettings } from '../../services/shared/models/settings/endpoint-settings.ts';
import { readReply } from '../support/read-reply.ts';

export interface WireServer {
  /** With /v1. */
  readonly url: string;
  /** One of the models that it serves. */
  readonly model: string;
  readonly simulated: boolean;
  stop(): Promise<void>;
}

/** Longer than any context that is tried here. */
const tooManyWords = 40_000;
const never = new AbortController().signal;

/** What every OpenAI-compatible server must be able to do for SCALE. It says nothing about how good the answers are. */
export function endpointContract(name: string, start: () => Promise<WireServer>): void {
  describe(`${name} on the wire`, () => {
    let server: WireServer;
    let endpoint: ModelEndpoint;
    let pool: EndpointPool;
    beforeAll(async () => {
      server = await start();
      const settings = { model: server.model, baseUrl: server.url, apiKeyVariable: '', maxConcurrency: 3, timeoutMs: 60_000 };
      endpoint = createOpenAiEndpoint(endpointSettings(settings, {}), systemTiming);
      pool = createEndpointPool({ model: server.model, endpoints: [endpoint], timing: systemTiming, random: Math.random });
    });
    afterAll(async () => {
      await pool.close();
      await server.stop();
    });

    const ask = (content: string, change: Partial<EndpointRequest> = {}): EndpointRequest => ({
      model: server.model,
      messages: [{ role: 'user', content }],
      temperature: 0,
      topP: 1,
      maxTokens: 24,
      seed: 7,
      chatTemplateKwargs: {},
      jobId: 'execute-0123456789abcdef-0-0',
      callId: 'solve/0',
      ...change,
    });

    test('it lists its model, and whether it is a simulated one', async () => {
      const { names, simulated } = await endpoint.models(never);
      expect(names).toContain(server.model);
      expect(simulated).toBe(server.simulated);
    });

    test('a look at it finds that it answers', async () => {
      expect(await lookAtEndpoint(endpoint, ask(''), never)).toEqual({ kind: 'answers' });
    });

    test('it streams a reply with real usage figures', async () => {
      const reply = await endpoint.complete(ask('Name the days of the week.'), never);
      expect(reply.text).not.toBe('');
      expect(['stop', 'length']).toContain(reply.finishReason);
      expect(reply.usageEstimated).toBe(false);
      expect(reply.usage.promptTokens).toBeGreaterThan(4);
      expect(reply.usage.completionTokens).toBeGreaterThan(0);
      expect(reply.firstTokenMs).toBeLessThanOrEqual(reply.latencyMs);
      expect(reply.simulated).toBe(server.simulated);
    });

    test('it answers without streaming in a form that is understood', async () => {
      const response = await fetch(`${server.url}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: server.model, messages: [{ role: 'user', content: 'Say hello.' }], max_tokens: 8 }),
      });
      const body = await response.json();
      const reply = readReply(body);
      expect(reply.text).not.toBe('');
      expect(usageFigures(body).completion).toBeGreaterThan(0);
      expect(reply.simulated).toBe(server.simulated);
    });

    test('it cuts a reply off at its token limit and says so', async () => {
      const reply = await endpoint.complete(ask('Tell a long story of a river.', { maxTokens: 3 }), never);
      expect(reply.finishReason).toBe('length');
      expect(reply.usage.completionTokens).toBeLessThanOrEqual(3);
    });

    test('it gives the same reply to the same seed, and another to another', async () => {
      const story = (seed: number) => endpoint.complete(ask('Tell a story of a dog.', { temperature: 1, seed }), never);
      const texts = await Promise.all([11, 12, 13, 14].map(async (seed) => (await story(seed)).text));
      expect((await story(11)).text).toBe(texts[0]);
      expect(new Set(texts).size).toBeGreaterThan(1);
    });

    test('it refuses a prompt beyond its context, and that is a failure of the request', async () => {
      await expect(endpoint.complete(ask('word '.repeat(tooManyWords)), never)).rejects.toMatchObject({
        failure: { kind: 'context-overflow' },
      });
    });

    test('a call can be cut', async () => {
      const stop = new AbortController();
      const call = endpoint.complete(ask('Count to one million.', { maxTokens: 3_000, temperature: 1 }), stop.signal);
      stop.abort(new Error('cancelled'));
      await expect(call).rejects.toThrow('cancelled');
    });

    test('more calls than its limit are all answered', async () => {
      const calls = Array.from({ length: 8 }, (_, index) => pool.complete(ask(`What is ${index} + 1?`), 'sums', never));
      for (const reply of await Promise.all(calls)) expect(reply).toMatchObject({ endpoint: server.url, attempts: 1 });
    });
  });
}

import { expect, test } from 'vitest';
import { systemTiming } from '../../../services/shared/lifecycle/timing.ts';
import { createOpenAiEndpoint } from '../../../services/shared/models/endpoint/openai-endpoint.ts';
import type { EndpointRequest } from '../../../services/shared/models/model-endpoint.ts';
import { createEndpointPool } from '../../../services/shared/models/pool/endpoint-pool.ts';
import { endpointSettings } from '../../../services/shared/models/settings/endpoint-settings.ts';
import {
  answer,
  type Behaviour,
  type FaultyEndpoint,
  json,
  plain,
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
  seed: undefined,
  chatTemplateKwargs: {},
  jobId: 'j',
  callId: 'c',
};

function poolOf(servers: readonly FaultyEndpoint[]) {
  const endpoints = servers.map(({ baseUrl }) => {
    const endpoint = { model: 'test-model', baseUrl, apiKeyVariable: '', maxConcurrency: 4, timeoutMs: 5_000 };
    return createOpenAiEndpoint(endpointSettings(endpoint, {}), systemTiming);
  });
  const pool = createEndpointPool({
    model: 'test-model',
    endpoints,
    timing: systemTiming,
    random: Math.random,
    retryPolicy: { maxAttempts: 4, baseMs: 5, capMs: 20 },
  });
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.close() });
}

test.each<[string, Behaviour]>([
  ['resets in the middle', resetInTheMiddle],
  ['truncates its replies', truncated],
  ['answers 502', plain(502, '<html>Bad Gateway</html>')],
])('a server that %s loses no call and lends no word to a reply', async (_what, behaviour) => {
  await using bad = await startFaultyEndpoint(behaviour);
  await using good = await startFaultyEndpoint(answer('Seven.'));
  await using pool = poolOf([bad, good]);
  const replies = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((key) => pool.complete(request, key, never)));
  expect(new Set(replies.map(({ text }) => text))).toEqual(new Set(['Seven.']));
  expect(bad.requests.length).toBeGreaterThan(0);
  expect(replies.some(({ attempts }) => attempts === 2)).toBe(true);
});

test('an endpoint that asks for a pause gets it, and then the call', async () => {
  const pause = json(429, { error: { message: 'slow down' } }, { 'retry-after-ms': '150' });
  await using server = await startFaultyEndpoint(pause, answer('Seven.'));
  await using pool = poolOf([server]);
  const start = systemTiming.monotonicMs();
  const reply = await pool.complete(request, 'a', never);
  expect(reply).toMatchObject({ text: 'Seven.', attempts: 2 });
  expect(systemTiming.monotonicMs() - start).toBeGreaterThanOrEqual(149);
  expect(server.requests).toHaveLength(2);
});

test('after an outage of some attempts the call is answered', async () => {
  const down = json(503, { error: { message: 'Loading model', type: 'unavailable_error', code: 503 } });
  await using server = await startFaultyEndpoint(down, down, down, answer('Seven.'));
  await using pool = poolOf([server]);
  expect(await pool.complete(request, 'a', never)).toMatchObject({ text: 'Seven.', attempts: 4 });
  expect(pool.health()[0]).toMatchObject({ failures: { unavailable: 3 }, state: 'closed', lastError: undefined });
});

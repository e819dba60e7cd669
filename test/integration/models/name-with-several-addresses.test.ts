import { expect, test } from 'vitest';
import { systemTiming } from '../../../services/shared/lifecycle/timing.ts';
import { createEndpointRoster } from '../../../services/shared/models/endpoint/endpoint-roster.ts';
import { createOpenAiEndpoint } from '../../../services/shared/models/endpoint/openai-endpoint.ts';
import type { EndpointRequest } from '../../../services/shared/models/model-endpoint.ts';
import { createEndpointPool } from '../../../services/shared/models/pool/endpoint-pool.ts';
import { endpointSettings } from '../../../services/shared/models/settings/endpoint-settings.ts';
import { noProxies } from '../../../services/shared/models/settings/proxy-settings.ts';
import { startDnsServer } from '../../support/faults/dns-server.ts';
import { answer, startFaultyEndpointAt } from '../../support/faulty-endpoint.ts';

const never = new AbortController().signal;
const request: EndpointRequest = {
  ...{ model: 'test-model', messages: [{ role: 'user', content: 'How many?' }], temperature: 0, topP: 1, maxTokens: 64 },
  ...{ seed: undefined, chatTemplateKwargs: {}, jobId: 'j', callId: 'c' },
};

test('an address that is added to a DNS name in mid-run is used, and one that is removed is left, within five seconds', async () => {
  await using dns = await startDnsServer('gpus.test');
  await using one = await startFaultyEndpointAt({ host: '127.0.0.2', port: 0 }, answer('one'));
  const port = Number(new URL(one.baseUrl).port);
  const slowly = answer('two');
  const held: (() => void)[] = [];
  await using two = await startFaultyEndpointAt({ host: '127.0.0.3', port }, slowly, async (response, received) => {
    if (received.headers['x-scale-call-id'] === 'long') await new Promise<void>((resolve) => held.push(resolve));
    await slowly(response, received);
  });
  dns.addresses = ['127.0.0.2'];

  const settings = endpointSettings(
    {
      model: 'test-model',
      baseUrl: `http://gpus.test:${port}/v1`,
      apiKeyVariable: '',
      maxConcurrency: 4,
      timeoutMs: 30_000,
      addresses: 'each',
    },
    {},
  );
  const roster = createEndpointRoster([settings], {
    // The system's resolver does not know the name, so only what is found here can be connected to.
    open: (each) => createOpenAiEndpoint(each, systemTiming),
    ...{ resolve: dns.resolve, proxies: noProxies, timing: systemTiming, isBusy: () => true },
  });
  const endpoints = roster.servers();
  const pool = createEndpointPool({
    model: 'test-model',
    endpoints,
    timing: systemTiming,
    random: Math.random,
    ready: roster.used,
  });
  roster.onChange(() => pool.setEndpoints(roster.servers()));

  const ask = (prefixKey: string, callId = 'short') => pool.complete({ ...request, callId }, prefixKey, never);
  const texts = async (): Promise<Set<string>> => {
    const replies = await Promise.all(Array.from({ length: 16 }, (_, index) => ask(`workflow-${index}`)));
    return new Set(replies.map(({ text }) => text));
  };
  const untilTexts = async (wanted: readonly string[]): Promise<number> => {
    const began = performance.now();
    while (JSON.stringify([...(await texts())].sort()) !== JSON.stringify(wanted)) {
      if (performance.now() - began > 20_000) throw new Error(`not ${wanted} after 20 s`);
    }
    return performance.now() - began;
  };

  expect(await texts()).toEqual(new Set(['one']));
  expect(one.requests[0]?.headers.host).toBe(`gpus.test:${port}`);

  dns.addresses = ['127.0.0.2', '127.0.0.3'];
  // Five seconds is the promise; a busy machine gets more, so that timing alone fails nothing.
  expect(await untilTexts(['one', 'two'])).toBeLessThan(15_000);
  expect(pool.health().map(({ endpoint, limit }) => [endpoint, limit])).toEqual([
    [`http://gpus.test:${port}/v1 (127.0.0.2)`, 4],
    [`http://gpus.test:${port}/v1 (127.0.0.3)`, 4],
  ]);

  // A call that is under way at an address that goes is not cut.
  const long = Array.from({ length: 8 }, (_, index) => ask(`long-${index}`, 'long'));
  await expect.poll(() => two.requests.some(({ headers }) => headers['x-scale-call-id'] === 'long')).toBe(true);
  dns.addresses = ['127.0.0.2'];
  await expect.poll(() => roster.servers().length).toBe(1);
  const before = two.requests.length;
  expect(await texts()).toEqual(new Set(['one']));
  expect(two.requests.length).toBe(before);
  const releasing = setInterval(() => held.shift()?.(), 5);
  const replies = await Promise.all(long);
  clearInterval(releasing);
  expect(replies.map(({ attempts }) => attempts)).toEqual(replies.map(() => 1));
  expect(replies.some(({ text }) => text === 'two')).toBe(true);
  await expect.poll(() => pool.health().length).toBe(1);
  roster.stop();
  await pool.close();
});

import { expect, test } from 'vitest';
import { systemTiming } from '../../../services/shared/lifecycle/timing.ts';
import { createOpenAiEndpoint } from '../../../services/shared/models/endpoint/openai-endpoint.ts';
import { endpointSettings } from '../../../services/shared/models/settings/endpoint-settings.ts';
import { readEngineLoad } from '../../../services/shared/models/slots/engine-load.ts';
import { startSimulator } from '../../../services/simulator/start-simulator.ts';

const never = new AbortController().signal;

test('the load of a server is read beside its API, and a server that has none says nothing', async () => {
  await using simulator = await startSimulator({ known: [] });
  const endpointAt = (baseUrl: string) =>
    createOpenAiEndpoint(
      endpointSettings({ model: 'm', baseUrl, apiKeyVariable: '', maxConcurrency: 4, timeoutMs: 5_000 }, {}),
      systemTiming,
    );
  const endpoint = endpointAt(simulator.url);
  const load = readEngineLoad((await endpoint.loadText?.(never)) ?? '');
  expect(load).toEqual({ running: 0, waiting: 0, cacheUse: 0, preemptions: 0 });
  await endpoint.close();
  const elsewhere = endpointAt(`${simulator.url.replace(/\/v1$/, '')}/gateway/v1`);
  expect(await elsewhere.loadText?.(never)).toBe('');
  await elsewhere.close();
});

import { expect, test } from 'vitest';
import { EndpointError } from '../../../../../services/shared/models/errors/endpoint-errors.ts';
import type { EndpointReply, EndpointRequest, ModelEndpoint } from '../../../../../services/shared/models/model-endpoint.ts';
import { createEndpointPool } from '../../../../../services/shared/models/pool/endpoint-pool.ts';
import { endpointSettings } from '../../../../../services/shared/models/settings/endpoint-settings.ts';
import { createManualTiming, type ManualTiming } from '../../../../support/manual-timing.ts';
import { quickRandom } from '../../../../support/quick-random.ts';

const never = new AbortController().signal;
const callMs = 200;
const cap = 20;
const jobs = 50;

/** A server that answers 20 calls at once and refuses the others. */
function cappedEndpoint(timing: ManualTiming, saysLoad: boolean) {
  const baseUrl = 'http://gpu/v1';
  const reply = { text: '', usage: { completionTokens: 9 }, usageEstimated: false, latencyMs: callMs } as EndpointReply;
  const seen = { running: 0, answered: 0, refused: 0, mostAsked: 0 };
  const endpoint: ModelEndpoint = {
    settings: endpointSettings({ model: 'm', baseUrl, apiKeyVariable: '', maxConcurrency: jobs, timeoutMs: 0 }, {}),
    complete: async () => {
      seen.mostAsked = Math.max(seen.mostAsked, seen.running + 1);
      if (seen.running >= cap) {
        seen.refused += 1;
        await timing.sleep(1, never);
        throw new EndpointError('throttled', baseUrl, 'too many requests', { status: 429 });
      }
      seen.running += 1;
      await timing.sleep(callMs, never);
      seen.running -= 1;
      seen.answered += 1;
      return reply;
    },
    models: async () => ({ names: ['m'], simulated: false, ownedBy: '' }),
    // It never lets a call wait, so that its queue says nothing about what it can bear.
    ...(saysLoad && { loadText: async () => `vllm:num_requests_running ${seen.running}\nvllm:num_requests_waiting 0\n` }),
    close: async () => {},
  };
  return { endpoint, seen };
}

test.each([
  { saysLoad: false, what: 'says nothing of its load' },
  { saysLoad: true, what: 'says its load as vLLM does' },
])('an endpoint that takes 20 of 50 calls at once and $what is kept full, and asked for little more', async ({ saysLoad }) => {
  const timing = createManualTiming();
  const { endpoint, seen } = cappedEndpoint(timing, saysLoad);
  const pool = createEndpointPool({ model: 'm', endpoints: [endpoint], timing, random: quickRandom(1) });
  let isOver = false;
  const job = async (): Promise<void> => {
    while (!isOver) await pool.complete({ model: 'm', callId: 'c' } as EndpointRequest, 'workflow', never);
  };
  const all = Promise.all(Array.from({ length: jobs }, job));
  const pass = async (forMs: number): Promise<void> => {
    for (let ms = 0; ms < forMs; ms += callMs / 8) await timing.advance(callMs / 8);
  };
  await pass(4_000);
  Object.assign(seen, { answered: 0, refused: 0, mostAsked: 0 });
  await pass(20_000);
  const { answered, refused, mostAsked } = seen;
  isOver = true;
  await pass(60_000);
  await all;
  // What an engine shows had raised the limit beyond what it refused, every other second: 0.045 were refused.
  expect(answered / ((cap * 20_000) / callMs)).toBeGreaterThan(0.98);
  expect(refused / answered).toBeLessThan(0.02);
  expect(mostAsked).toBeLessThanOrEqual(1.1 * cap);
});

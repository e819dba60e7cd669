import { afterAll, beforeAll, expect, test } from 'vitest';
import { FailureError } from '../../../../../services/domain/failure.ts';
import { randomStream } from '../../../../../services/domain/random.ts';
import { EndpointError } from '../../../../../services/shared/models/errors/endpoint-errors.ts';
import type { EndpointReply, EndpointRequest, ModelEndpoint } from '../../../../../services/shared/models/model-endpoint.ts';
import { createEndpointPool } from '../../../../../services/shared/models/pool/endpoint-pool.ts';
import { createRetryBudget } from '../../../../../services/shared/models/pool/retry-budget.ts';
import { endpointSettings } from '../../../../../services/shared/models/settings/endpoint-settings.ts';
import { createCreepingTiming } from '../../../../support/creeping-timing.ts';
import { quickRandom } from '../../../../support/quick-random.ts';

// What is made is thrown away unread, tens of thousands of times.
const { stackTraceLimit } = Error;
beforeAll(() => {
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

/** Others each time. SCALE_SCHEDULES sets how many: five times as many take a minute. */
const schedules = Number(process.env.SCALE_SCHEDULES ?? 20_000);

const reply = { text: 'answer', usageEstimated: false } as EndpointReply;
const request = { model: 'm', callId: 'c' } as EndpointRequest;

/** What became of one made-up schedule of calls, failures, Retry-After, limits and cancels. */
async function play(seed: number): Promise<string | undefined> {
  const random = quickRandom(seed);
  const timing = createCreepingTiming(random, 0.05);
  const among = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  let trouble: string | undefined;

  const outcome = (name: string, settle: (value: EndpointReply) => void, fail: (error: Error) => void): void => {
    const chance = random();
    const kind = chance < 0.3 ? 'unavailable' : chance < 0.4 ? 'throttled' : chance < 0.45 ? 'credentials' : undefined;
    if (kind !== undefined) {
      const retryAfterMs = random() < 0.5 ? random() * 20 : undefined;
      fail(new EndpointError(kind, name, kind, { retryAfterMs: kind === 'throttled' ? retryAfterMs : undefined }));
    } else if (chance < 0.5) fail(new FailureError({ kind: 'context-overflow', message: 'too long' }));
    else settle(reply);
  };
  const made = (index: number): ModelEndpoint => {
    const baseUrl = `http://${index}/v1`;
    const maxConcurrency = among(1, 2);
    let inFlight = 0;
    return {
      settings: endpointSettings({ model: 'm', baseUrl, apiKeyVariable: '', maxConcurrency, timeoutMs: 0 }, {}),
      complete: ({ callId }, signal) =>
        new Promise((resolve, reject) => {
          // A look at an endpoint takes no place from the calls, and finds out whether a circuit may close.
          const isLook = callId === 'look';
          const { limit = 0, state } = pool.health()[index] ?? {};
          inFlight += isLook ? 0 : 1;
          if (!isLook && (inFlight > limit || inFlight > maxConcurrency))
            trouble = `${inFlight} in flight, the limit is ${limit}`;
          if (!isLook && (state === 'open' || state === 'throttled')) trouble = `asked while ${state}`;
          const end = (settle: () => void) => {
            signal.removeEventListener('abort', abort);
            inFlight -= isLook ? 0 : 1;
            settle();
          };
          let open = true;
          const abort = (): void => {
            open = false;
            end(() => reject(signal.reason));
          };
          signal.addEventListener('abort', abort);
          timing.after(random() * 4, () => {
            if (open) end(() => outcome(baseUrl, resolve, reject));
          });
        }),
      models: async () => ({ names: ['m'], simulated: false, ownedBy: '' }),
      close: async () => {},
    };
  };
  const pool = createEndpointPool({
    model: 'm',
    endpoints: Array.from({ length: among(1, 2) }, (_, index) => made(index)),
    timing,
    random,
    circuit: { failures: among(1, 2), openMs: 5, maxOpenMs: 10 },
    retryPolicy: { maxAttempts: 3, baseMs: 2, capMs: 4 },
    retryBudget: createRetryBudget({ reserve: 4 }),
    patienceMs: 30,
  });

  let left = among(1, 4);
  const calls = left;
  for (let call = 0; call < calls; call += 1) {
    const stop = new AbortController();
    timing.after(random() * 10, () => {
      const ended = (): void => {
        left -= 1;
      };
      pool.complete(request, `prefix ${call % 2}`, stop.signal).then(ended, ended);
      if (random() < 0.2) timing.after(random() * 10, () => stop.abort(new Error('cancelled')));
    });
  }
  while ((left > 0 || pool.waiting > 0) && (await timing.step()));
  if (left > 0) return `${left} of ${calls} calls wait for ever; ${pool.waiting} in the line`;
  return trouble ?? (pool.waiting > 0 ? 'somebody is left in the line' : undefined);
}

test('whatever the clock and the timers do, nobody is left waiting, and no limit is passed', async () => {
  const first = Math.floor(randomStream(Date.now(), 'schedules').next() * 0x3fffffff);
  for (let seed = first; seed < first + schedules; seed += 1) {
    const trouble = await play(seed);
    if (trouble !== undefined) expect.fail(`schedule ${seed}: ${trouble}`);
  }
}, 300_000);

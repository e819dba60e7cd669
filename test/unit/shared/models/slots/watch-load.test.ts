import { describe, expect, test } from 'vitest';
import type { Timing } from '../../../../../services/shared/lifecycle/timing.ts';
import type { ModelEndpoint } from '../../../../../services/shared/models/model-endpoint.ts';
import { endpointSettings } from '../../../../../services/shared/models/settings/endpoint-settings.ts';
import { createConcurrencyLimit } from '../../../../../services/shared/models/slots/concurrency-limit.ts';
import { steeredLimit } from '../../../../../services/shared/models/slots/steered-limit.ts';
import { watchLoad } from '../../../../../services/shared/models/slots/watch-load.ts';
import { complete } from '../../../../../services/simulator/chat-completion.ts';
import { createEnginePacing } from '../../../../../services/simulator/engine/engine-pacing.ts';
import type { EngineSettings } from '../../../../../services/simulator/engine/engine-settings.ts';
import type { Pacing } from '../../../../../services/simulator/pacing.ts';
import { createVllmMetrics } from '../../../../../services/simulator/vllm-metrics.ts';
import { qwen8bOnH100 } from '../../../../support/simulator/qwen8b-on-h100.ts';
import { inVirtualTime } from '../../../../support/virtual-clock.ts';

const never = new AbortController().signal;
const max = 256;
const outputTokens = 200;

interface Tried {
  /** Of the last of the time. */
  readonly limit: number;
  readonly waiting: number;
  readonly answered: number;
}

function endpointOn(pacing: Pacing, showsLoad: boolean): ModelEndpoint {
  const metrics = createVllmMetrics(pacing, ['m']);
  return {
    settings: endpointSettings({ model: 'm', baseUrl: 'http://a/v1', apiKeyVariable: '', maxConcurrency: max, timeoutMs: 0 }, {}),
    complete: () => Promise.reject(new Error('not asked here')),
    models: async () => ({ names: ['m'], simulated: true, ownedBy: '' }),
    loadText: async () => (showsLoad ? await metrics.text() : 'nothing that anyone knows 1\n'),
    close: async () => {},
  };
}

/** As many calls as the limit lets through, for so long, at a simulated vLLM. */
async function call(timing: Timing, engine: EngineSettings, { forMs = 60_000, showsLoad = true } = {}): Promise<Tried> {
  const pacing = createEnginePacing(engine, timing);
  const limit = createConcurrencyLimit(max);
  using _watching = watchLoad(endpointOn(pacing, showsLoad), limit, timing);
  const endMs = timing.monotonicMs() + forMs;
  let answered = 0;
  let room = Promise.withResolvers<void>();
  const one = async (index: number): Promise<void> => {
    const place = limit.begin();
    const prompt = `question ${index} `.repeat(100);
    const request = { model: 'm', messages: [{ role: 'user' as const, content: prompt }] };
    const text = 'word '.repeat(outputTokens);
    const reply = await pacing.admit(
      { prompt, promptTokens: 400, complete: () => complete({ ...request, max_tokens: outputTokens }, [text], 'id', 0) },
      never,
    );
    await reply.untilWhole(never);
    reply.end();
    answered += 1;
    place.succeeded();
    room.resolve();
  };
  for (let index = 0; timing.monotonicMs() < endMs; index += 1) {
    while (!limit.hasRoom()) {
      room = Promise.withResolvers<void>();
      await room.promise;
    }
    void one(index);
  }
  return { limit: limit.limit, waiting: pacing.waiting, answered };
}

const engineOf = (maxSequences: number, speed = 1): EngineSettings => ({ ...qwen8bOnH100, maxSequences, speed });

describe('at a simulated vLLM', () => {
  test.each([
    ['a small replica', engineOf(8)],
    ['a larger one', engineOf(64)],
    ['a slow one', engineOf(32, 0.25)],
  ])('%s is kept full, and few calls wait there', async (_name, engine) => {
    const steered = await inVirtualTime((timing) => call(timing, engine));
    const free = await inVirtualTime((timing) => call(timing, engine, { showsLoad: false }));
    expect(free.waiting).toBeGreaterThan(max / 2);
    expect(steered.waiting).toBeLessThanOrEqual(Math.max(4, 0.2 * engine.maxSequences) + 1);
    expect(steered.answered).toBeGreaterThanOrEqual(0.97 * free.answered);
  });

  test('whose cache is too small for what it may run at once, no more calls are in flight than end without being preempted', async () => {
    const engine = { ...engineOf(256), kvBlocks: 1_500 };
    const steered = await inVirtualTime((timing) => call(timing, engine));
    expect(steered.limit).toBeLessThan(64);
    const free = await inVirtualTime((timing) => call(timing, engine, { showsLoad: false }));
    expect(steered.answered).toBeGreaterThanOrEqual(0.9 * free.answered);
  });
});

test('a server that shows no load is asked twice, and then once in a while; one that is down, each time', async () => {
  const asked = async (loadText: () => Promise<string>): Promise<number> =>
    await inVirtualTime(async (timing) => {
      let times = 0;
      const limit = createConcurrencyLimit(4);
      limit.begin();
      const count = (): Promise<string> => {
        times += 1;
        return loadText();
      };
      const server = endpointOn(createEnginePacing(engineOf(4), timing), true);
      using _watching = watchLoad({ ...server, loadText: count }, limit, timing);
      await timing.sleep(100_000, never);
      return times;
    });
  expect(await asked(async () => '')).toBeLessThanOrEqual(6);
  expect(await asked(() => Promise.reject(new Error('down')))).toBeGreaterThan(40);
});

describe('a limit', () => {
  const load = { running: 20, waiting: 0, cacheUse: 0.4, preemptions: 0 };
  const now = { limit: 20, max: 64, inFlight: 20, load, preempted: 0 };

  test('rises by a quarter while nothing waits and it is what holds calls back', () => {
    expect(steeredLimit(now)).toBe(25);
    expect(steeredLimit({ ...now, inFlight: 10 })).toBe(20);
    expect(steeredLimit({ ...now, limit: 60, inFlight: 60 })).toBe(64);
  });

  test('stays while a few wait, or the cache is nearly full, or calls of a higher limit are in flight', () => {
    expect(steeredLimit({ ...now, load: { ...load, waiting: 3 } })).toBe(20);
    expect(steeredLimit({ ...now, load: { ...load, cacheUse: 0.93 } })).toBe(20);
    expect(steeredLimit({ ...now, inFlight: 40, load: { ...load, waiting: 20 } })).toBe(20);
  });

  test('falls to what runs and a short queue where many wait, whoever sent them', () => {
    expect(steeredLimit({ ...now, limit: 60, inFlight: 60, load: { ...load, waiting: 40 } })).toBe(22);
    expect(steeredLimit({ ...now, limit: 30, inFlight: 30, load: { ...load, waiting: 40 } })).toBe(11);
  });

  test('falls by a tenth where requests were preempted, and never below one', () => {
    expect(steeredLimit({ ...now, preempted: 1 })).toBe(18);
    expect(steeredLimit({ ...now, limit: 1, inFlight: 1, preempted: 1 })).toBe(1);
  });
});

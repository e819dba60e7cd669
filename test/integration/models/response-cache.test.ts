import { expect, test } from 'vitest';
import type { ModelSettings, RunConfiguration } from '../../../services/domain/run/configuration.ts';
import type { CacheUse, Endpoint } from '../../../services/shared/contracts/generated/scale/v1/control.ts';
import type { Job } from '../../../services/shared/contracts/generated/scale/v1/job.ts';
import type { ModelCall } from '../../../services/shared/contracts/generated/scale/v1/result.ts';
import { systemTiming } from '../../../services/shared/lifecycle/timing.ts';
import type { Bus } from '../../../services/shared/messaging/bus.ts';
import { createInMemoryServer } from '../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { openJobAccount } from '../../../services/shared/worker/calls/job-account.ts';
import { createModelClients } from '../../../services/shared/worker/calls/model-clients.ts';
import { createResponseCache } from '../../../services/shared/worker/calls/response-cache.ts';
import { createSpendingWriter } from '../../../services/shared/worker/calls/spending-writer.ts';
import { answer, type Behaviour, startFaultyEndpoint } from '../../support/faulty-endpoint.ts';

const never = new AbortController().signal;
const settings: ModelSettings = {
  ...{ model: 'qwen3-8b', temperature: 0.7, topP: 1, maxTokens: 9, chatTemplateKwargs: {}, sendSeed: true },
};

interface Asking {
  readonly runId?: string;
  readonly jobId?: string;
  readonly repeat?: number;
  readonly use?: CacheUse;
  readonly change?: Partial<ModelSettings>;
  readonly runSeed?: number;
  readonly journal?: ReadonlyMap<string, ModelCall>;
  readonly callIds?: readonly string[];
  readonly record?: (call: ModelCall) => Promise<void>;
  /** All in one request. Default: each call by itself. */
  readonly samples?: number;
}

/** An endpoint that gives another answer each time, and workers of one cluster that ask it. */
async function setUp(...behaviours: readonly Behaviour[]) {
  let answers = 0;
  const each: Behaviour = (response, request) => {
    answers += 1;
    return answer(`Answer ${answers}.`)(response, request);
  };
  const completions: string[] = [];
  const endpoint = await startFaultyEndpoint((response, request) => {
    if (request.path.endsWith('/models')) return answer('no list')(response, request);
    // Those that find out whether it answers at all are not what this is about.
    if (request.headers['x-scale-job-id'] === '') return answer('OK')(response, request);
    completions.push(String(request.headers['x-scale-call-id']));
    return (behaviours[completions.length - 1] ?? each)(response, request);
  });
  const bus = createInMemoryServer().connect();
  const warnings: string[] = [];
  const ask = async ({ runId = 'r1', jobId = 'execute-w-0-0', repeat = 0, callIds = ['solve/0'], ...more }: Asking) => {
    const { use = { namespace: '', maxAgeMs: 0 }, change = {}, runSeed = 1, journal = new Map(), record, samples } = more;
    const cache = createResponseCache(bus.responses, {
      timing: systemTiming,
      warn: (error) => void warnings.push(error.message),
    });
    const models = createModelClients(() => ({}), systemTiming, Math.random, undefined, cache);
    const account = openJobAccount(createSpendingWriter(bus), { runId, jobId }, systemTiming);
    const served: Endpoint = {
      ...{ model: 'qwen3-8b', baseUrl: endpoint.baseUrl, apiKeyVariable: '', maxConcurrency: 4, timeoutMs: 2_000 },
    };
    const recorded: ModelCall[] = [];
    const { client, calls } = models.clientFor({
      job: { jobId } as Job,
      run: {
        ...{ runId, endpoints: [served], cache: use },
        configuration: { seed: runSeed, executor: { ...settings, ...change } } as RunConfiguration,
      },
      ...{ role: 'executor', prefixKey: 'w', seed: [runSeed, 'w', 'q', repeat], draw: [repeat], journal, account },
      record: record ?? (async (call) => void recorded.push(call)),
      stored: async () => undefined,
    });
    const messages = [{ role: 'user' as const, content: 'How many?' }];
    try {
      const asked = callIds.map(async (callId) => {
        const request = { callId, purpose: 'operator:custom', messages } as const;
        if (samples === undefined) return [await client.complete(request, never)];
        return (await client.sample?.(request, samples, never)) ?? [];
      });
      const texts = (await Promise.all(asked)).flat().map(({ text }) => text);
      await account.settled();
      return { texts, calls: calls(), recorded };
    } finally {
      await models.close();
    }
  };
  return {
    ...{ bus, ask, completions, warnings },
    [Symbol.asyncDispose]: () => endpoint[Symbol.asyncDispose](),
  };
}

async function statesOf(bus: Bus, runId: string): Promise<string[]> {
  const states: string[] = [];
  for await (const { note } of bus.spending.read(runId, { after: 0, follow: false }, never))
    states.push(...note.attempts.filter(({ jobId }) => jobId !== '').map(({ state }) => state));
  return states;
}

test('the same call of another run, on another worker, is answered at no cost, and journaled with what it had taken', async () => {
  await using cluster = await setUp();
  const { bus, ask, completions } = cluster;
  const first = await ask({});
  const second = await ask({ runId: 'r2' });
  expect(second.texts).toEqual(first.texts);
  expect(completions).toHaveLength(1);
  expect(first.calls[0]?.fromCache).toBeUndefined();
  expect(second.recorded).toMatchObject([{ fromCache: true, usage: first.calls[0]?.usage, endpoint: '', attempts: 0 }]);
  expect(await statesOf(bus, 'r1')).toEqual(['begun', 'answered']);
  expect(await statesOf(bus, 'r2')).toEqual(['cached']);
});

test('repeats, other settings, other seeds and other namespaces get answers of their own', async () => {
  await using cluster = await setUp();
  const { ask, completions } = cluster;
  const asked: Asking[] = [
    ...[{}, { repeat: 1 }, { change: { temperature: 0 } }, { change: { maxTokens: 10 } }, { runSeed: 2 }],
    ...[{ use: { namespace: 'awq', maxAgeMs: 0 } }, { change: { sendSeed: false } }, { change: { sendSeed: false }, runSeed: 2 }],
    { change: { sendSeed: false }, repeat: 1 },
  ];
  const texts: string[] = [];
  for (const [index, each] of asked.entries()) texts.push(...(await ask({ ...each, runId: `a${index}` })).texts);
  expect(new Set(texts).size).toBe(asked.length);
  for (const [index, each] of asked.entries()) expect((await ask({ ...each, runId: `b${index}` })).texts).toEqual([texts[index]]);
  expect(completions).toHaveLength(asked.length);
});

test('samples of one prompt are different draws, also where no seed is sent and the journal has some of them', async () => {
  await using cluster = await setUp();
  const { ask, completions } = cluster;
  const callIds = ['vote/0', 'vote/1', 'vote/2'];
  const seedless = { callIds, change: { sendSeed: false } };
  const first = await ask(seedless);
  expect(new Set(first.texts).size).toBe(3);
  expect((await ask({ ...seedless, runId: 'r2' })).texts).toEqual(first.texts);
  const journal = new Map(first.calls.slice(0, 2).map((call) => [call.callId, call]));
  expect((await ask({ ...seedless, runId: 'r3', journal })).texts).toEqual(first.texts);
  expect(completions).toHaveLength(3);
});

test('samples of one request are kept together, and come together', async () => {
  await using cluster = await setUp();
  const { ask, completions } = cluster;
  const joined = { change: { joinSamples: true }, samples: 3 };
  const first = await ask(joined);
  const again = await ask({ ...joined, runId: 'r2' });
  expect(again.texts).toEqual(first.texts);
  expect(again.calls[0]).toMatchObject({ fromCache: true, samples: first.calls[0]?.samples });
  expect(completions).toHaveLength(1);
  // One of one is another draw than the first of three.
  expect((await ask({ change: { joinSamples: true }, runId: 'r3' })).texts).not.toEqual([first.texts[0]]);
});

test('what did not end well is asked for again: errors, and what another limit than the call’s cut short', async () => {
  const refused: Behaviour = (response) => void response.writeHead(400).end('{"error":{"message":"maximum context length"}}');
  await using cluster = await setUp(refused, answer('Se', { finishReason: 'length' }));
  const { ask, completions } = cluster;
  await expect(ask({})).rejects.toThrow();
  const cut = await ask({ runId: 'r2' });
  expect(cut.calls[0]?.finishReason).toBe('length');
  const whole = await ask({ runId: 'r3' });
  expect((await ask({ runId: 'r4' })).texts).toEqual(whole.texts);
  expect(completions).toHaveLength(3);
});

test('an entry that is damaged, or of another key, or too old, is none', async () => {
  await using cluster = await setUp();
  const { bus, ask, completions, warnings } = cluster;
  const keys: string[] = [];
  const { put } = bus.responses;
  const noting = (key: string, entry: Uint8Array) => {
    keys.push(key);
    return put(key, entry);
  };
  Object.assign(bus.responses, { put: noting });
  await ask({});
  const [key = ''] = keys;
  const { entry = new Uint8Array() } = (await bus.responses.get(key)) ?? {};
  await ask({ repeat: 1 });
  const { entry: other = new Uint8Array() } = (await bus.responses.get(keys[1] ?? '')) ?? {};
  const flipped = entry.slice();
  flipped[entry.length - 20] = (flipped[entry.length - 20] ?? 0) ^ 1;
  for (const [index, bad] of [flipped, entry.slice(0, -1), new Uint8Array(), Buffer.from('no entry'), other].entries()) {
    await put(key, bad);
    await ask({ runId: `bad-${index}` });
    expect(completions).toHaveLength(3 + index);
    expect((await ask({ runId: `good-${index}` })).calls[0]?.fromCache).toBe(true);
  }
  expect(warnings).toHaveLength(5);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await ask({ runId: 'old', use: { namespace: '', maxAgeMs: 10 } })).calls[0]?.fromCache).toBeUndefined();
});

test('a cache that cannot be reached costs the calls, and nothing else', async () => {
  await using cluster = await setUp();
  const { bus, ask, warnings } = cluster;
  const down = () => Promise.reject(new Error('no answer'));
  Object.assign(bus.responses, { get: down, put: down });
  expect((await ask({})).texts).toEqual(['Answer 1.']);
  expect((await ask({ runId: 'r2' })).texts).toEqual(['Answer 2.']);
  expect(warnings).toEqual(['no answer', 'no answer', 'no answer', 'no answer']);
});

test('a call that a worker paid for before it was killed counts as paid, not as saved', async () => {
  await using cluster = await setUp();
  const { bus, ask, completions } = cluster;
  // Its journal never got the call.
  await expect(ask({ record: () => Promise.reject(new Error('killed')) })).rejects.toThrow('killed');
  const again = await ask({});
  expect(completions).toHaveLength(1);
  expect(again.calls[0]?.fromCache).toBeUndefined();
  expect(again.recorded).toHaveLength(1);
  expect(await statesOf(bus, 'r1')).toEqual(['begun', 'answered', 'answered']);
});

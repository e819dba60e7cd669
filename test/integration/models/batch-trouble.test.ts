import { afterEach, expect, test } from 'vitest';
import { systemTiming, type Timing } from '../../../services/shared/lifecycle/timing.ts';
import { createOpenAiEndpoint } from '../../../services/shared/models/endpoint/openai-endpoint.ts';
import { InfrastructureError } from '../../../services/shared/models/errors/endpoint-errors.ts';
import type { EndpointRequest } from '../../../services/shared/models/model-endpoint.ts';
import { createEndpointPool, type EndpointPool } from '../../../services/shared/models/pool/endpoint-pool.ts';
import type { BatchedCall, PendingCall } from '../../../services/shared/models/settings/batched-call.ts';
import { answered, type BatchServerOptions, startBatchServer, unanswered } from '../../support/batch-server.ts';

const never = new AbortController().signal;
const pools: EndpointPool[] = [];
afterEach(async () => void (await Promise.all(pools.splice(0).map((pool) => pool.close()))));

async function begin(options: BatchServerOptions = {}, timing: Timing = systemTiming) {
  const server = await startBatchServer(options);
  const journal = new Map<string, PendingCall>();
  const settings = {
    ...{ apiKey: undefined, apiKeyVariable: '', maxConcurrency: 64, http2: false, timeoutMs: 20_000, stallTimeoutMs: 10_000 },
    ...{ baseUrl: server.url, batch: { window: '24h', gatherMs: 80, pollMs: 40 } },
  };
  const endpoint = createOpenAiEndpoint(settings, timing);
  const circuit = { failures: 1_000, openMs: 1, maxOpenMs: 1 };
  const poolOf = (model: string): EndpointPool => {
    const pool = createEndpointPool({
      ...{ model, endpoints: [endpoint], timing, random: () => 0.5, circuit },
    });
    pools.push(pool);
    return pool;
  };
  const pool = poolOf('m');
  const call = (place: number, model = 'm', content = `What is ${place}?`): EndpointRequest => {
    const callId = `solve/${place}`;
    const batched: BatchedCall = {
      get pending() {
        return journal.get(callId);
      },
      unsent: undefined,
      gather: async () => undefined,
      keep: async (pending) => void journal.set(callId, pending),
      forget: () => void journal.delete(callId),
    };
    return {
      ...{
        model,
        temperature: 0.7,
        topP: 1,
        maxTokens: 64,
        seed: 1,
        chatTemplateKwargs: {},
        jobId: `j${place}`,
        callId,
        batched,
      },
      messages: [{ role: 'user', content }],
    };
  };
  const ask = (places: readonly number[], signal = never) =>
    Promise.all(places.map(async (place) => (await pool.complete(call(place), 'w', signal)).text));
  return { server, journal, poolOf, call, ask, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const [zero, one, two] = [0, 1, 2];
const error = (code: string, message: string) => ({ error: { message, code, type: 'invalid_request_error', param: null } });

test('a batch has calls to one model, as OpenAI demands', async () => {
  await using it = await begin();
  const [first, second] = [it.poolOf('a'), it.poolOf('b')];
  const replies = [first.complete(it.call(0, 'a'), 'w', never), second.complete(it.call(1, 'b'), 'w', never)];
  expect((await Promise.all(replies)).map(({ text }) => text)).toEqual(['42', '42']);
  expect(it.server.batches.map((lines) => lines.map(({ body }) => body.model)).sort()).toEqual([['a'], ['b']]);
});

/** Time passes so many times faster. */
function fast(times: number): Timing {
  return {
    ...systemTiming,
    monotonicMs: () => systemTiming.monotonicMs() * times,
    sleep: (durationMs, signal) => systemTiming.sleep(durationMs / times, signal),
    after: (durationMs, action) => systemTiming.after(durationMs / times, action),
  };
}

test('a batch that has no room in the queue of its provider is made later, and no call fails for it', async () => {
  const faults = [
    {
      ...{ code: 'token_limit_exceeded', line: null, param: null },
      message:
        'Enqueued token limit reached. Limit: 90,000 enqueued tokens. Please try again once some in_progress batches have been completed.',
    },
  ];
  await using it = await begin(
    {
      end: (lines, number) =>
        number === 0 ? { status: 'failed', faults } : { status: 'completed', output: lines.map((line) => answered(line)) },
    },
    fast(100),
  );
  expect(await it.ask([zero, one, two])).toEqual(['42', '42', '42']);
  expect(it.server.batches).toHaveLength(2);
});

test.each([
  ['POST /files', 400, error('invalid_file', 'Files for purpose batch are not allowed.')],
  ['POST /files', 403, error('missing_scope', 'You have insufficient permissions. Missing scopes: api.files.write.')],
  ['POST /batches', 400, error('invalid_value', 'The endpoint /v1/chat/completions is too long for this prompt.')],
  ['POST /batches', 404, { detail: 'Not Found' }],
  ['POST /files', 404, { detail: 'Not Found' }],
])('what %s refuses with %i is no fault of a query: a person is told', async (route, status, body) => {
  await using it = await begin({ instead: (asked) => (asked === route ? { status, body } : undefined) });
  const ended = await it.ask([zero, one]).catch((trouble: unknown) => trouble);
  expect(ended).toBeInstanceOf(InfrastructureError);
  expect((ended as InfrastructureError).forPerson).toMatch(/batch/);
});

test('a batch that fails as a whole is no fault of its queries: a person is told', async () => {
  const faults = [{ code: 'unknown_trouble', message: 'Something about this prompt is flagged.', line: null, param: null }];
  await using it = await begin({ end: () => ({ status: 'failed', faults }) });
  const ended = await it.ask([zero, one]).catch((trouble: unknown) => trouble);
  expect(ended).toBeInstanceOf(InfrastructureError);
  expect((ended as InfrastructureError).forPerson).toContain('Something about this prompt is flagged.');
});

test('a file that is too large is sent in halves', async () => {
  await using it = await begin({
    instead: (route, _time, body) =>
      route === 'POST /files' && body.split('custom_id').length > 3
        ? { status: 413, body: { error: { message: 'Too large' } } }
        : undefined,
  });
  expect(await it.ask([0, 1, 2, 3, 4])).toEqual(['42', '42', '42', '42', '42']);
  expect(it.server.batches.map(({ length }) => length).sort()).toEqual([1, 2, 2]);
});

test.each([
  ['GET /batches/id', 404],
  ['GET /files/id/content', 404],
  ['GET /files/id/content', 500],
  ['GET /files/id/content', 429],
])('a provider that answers %s with %i for a while is asked again, and nothing is asked for twice', async (route, status) => {
  await using it = await begin({
    instead: (asked, time) => (asked === route && time < 3 ? { status, body: { error: { message: 'Not yet' } } } : undefined),
  });
  expect(await it.ask([zero, one])).toEqual(['42', '42']);
  expect(it.server.batches).toHaveLength(1);
});

test('a batch whose making a gateway reports as failed is looked for, and not made again', async () => {
  await using it = await begin({
    instead: (route, time) => (route === 'POST /batches' && time === 0 ? 'made, but 502' : undefined),
  });
  expect(await it.ask([zero, one])).toEqual(['42', '42']);
  expect(it.server.batches).toHaveLength(1);
});

test('a line that stands twice counts with its reply, whatever the other one says, and in either file', async () => {
  await using it = await begin({
    end: (lines) => ({
      status: 'completed',
      output: [
        'no JSON',
        '',
        ...lines.map((line) => answered(line)).toReversed(),
        ...lines.slice(0, 1).map((line) => ({ ...answered(line), response: { status_code: 500, body: null } })),
      ],
      errors: lines.map((line) => unanswered(line, 'server_error')),
    }),
  });
  expect(await it.ask([zero, one])).toEqual(['42', '42']);
  expect(it.server.batches).toHaveLength(1);
});

test('replies that a completed batch does not show yet are waited for', async () => {
  let looks = 0;
  await using it = await begin({
    instead: (route) => {
      if (route !== 'GET /batches/id') return undefined;
      looks += 1;
      const body = { id: 'batch_1', input_file_id: 'file-1', status: 'completed', output_file_id: null, error_file_id: null };
      return looks < 4 ? { status: 200, body: { ...body, request_counts: { total: 2, completed: 2, failed: 0 } } } : undefined;
    },
    looks: 0,
  });
  expect(await it.ask([zero, one])).toEqual(['42', '42']);
  expect(it.server.batches).toHaveLength(1);
});

test('of a batch that is not over in time, and is cancelled, what it has is used, and only the rest is asked for again', async () => {
  let laterMs = 0;
  const timing = { ...systemTiming, monotonicMs: () => systemTiming.monotonicMs() + laterMs };
  await using it = await begin(
    {
      looks: 1_000,
      instead: (route, time) => {
        if (route === 'GET /batches/id' && time === 2) laterMs = 26 * 3_600_000;
        return undefined;
      },
      end: (lines, number) => {
        const replies = lines.map((line) => answered(line));
        if (number > 0) return { status: 'completed', output: replies };
        return {
          status: 'cancelled',
          output: replies.slice(1),
          errors: lines.slice(0, 1).map((line) => unanswered(line, 'batch_cancelled')),
        };
      },
    },
    timing,
  );
  const asked = it.ask([zero, one, two]);
  await expect.poll(() => it.server.batches.length).toBe(2);
  it.server.hurry();
  expect(await asked).toEqual(['42', '42', '42']);
  expect(it.server.batches.map(({ length }) => length)).toEqual([3, 1]);
});

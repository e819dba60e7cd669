import { expect, test, vi } from 'vitest';
import type { Usage } from '../../../services/domain/ports.ts';
import type { AttemptState } from '../../../services/domain/run/ledger/call-attempt.ts';
import { systemTiming } from '../../../services/shared/lifecycle/timing.ts';
import { createOpenAiEndpoint } from '../../../services/shared/models/endpoint/openai-endpoint.ts';
import { EndpointError } from '../../../services/shared/models/errors/endpoint-errors.ts';
import type { EndpointRequest } from '../../../services/shared/models/model-endpoint.ts';
import { createEndpointPool } from '../../../services/shared/models/pool/endpoint-pool.ts';
import { meteredAttempt } from '../../../services/shared/models/pool/metered-attempt.ts';
import type { BatchedCall, PendingCall } from '../../../services/shared/models/settings/batched-call.ts';
import type { BatchFate, BatchOptions } from '../../../services/simulator/batch-handler.ts';
import { knownQueries } from '../../../services/simulator/difficulty.ts';
import { startSimulator } from '../../../services/simulator/start-simulator.ts';
import { arithmeticBenchmark } from '../../unit/simulator/arithmetic-benchmark.ts';

const never = new AbortController().signal;
const usual = {
  ...{ apiKey: undefined, apiKeyVariable: '', maxConcurrency: 64, http2: false, timeoutMs: 20_000, stallTimeoutMs: 10_000 },
  batch: { window: '24h', gatherMs: 100, pollMs: 50 },
};

interface Noted {
  readonly attemptId: string;
  state: AttemptState | 'left' | 'begun';
  usage?: Usage;
}

/** A server that makes batches, and what a worker keeps beside: where calls lie, and what became of its attempts. */
async function begin(options: Partial<BatchOptions> = {}) {
  const created: { readonly id: string; readonly calls: number }[] = [];
  const server = await startSimulator({
    known: knownQueries(arithmeticBenchmark),
    batches: { delayMs: 50, onCreated: (batch) => created.push(batch), ...options },
  });
  const endpoints: { close(): Promise<void> }[] = [];
  const endpoint = (change: object = {}) => {
    const opened = createOpenAiEndpoint({ ...usual, baseUrl: server.url, ...change }, systemTiming);
    endpoints.push(opened);
    return opened;
  };
  const journal = new Map<string, PendingCall>();
  const gathered = new Map<string, string>();
  const notes: Noted[] = [];
  const batched = (callId: string): BatchedCall => ({
    get pending() {
      return journal.get(callId);
    },
    get unsent() {
      return gathered.get(callId);
    },
    gather: async (attemptId) => void gathered.set(callId, attemptId),
    async keep(pending) {
      gathered.delete(callId);
      journal.set(callId, pending);
    },
    forget: () => void journal.delete(callId),
  });
  const noteOf = (attemptId: string) => {
    const note: Noted = { attemptId, state: 'begun' };
    notes.push(note);
    return {
      id: attemptId,
      ended: (state: AttemptState, usage: Usage) => void Object.assign(note, { state, usage }),
      left: () => void Object.assign(note, { state: 'left' }),
    };
  };
  const request = (place: number): EndpointRequest => ({
    ...{ model: 'm', temperature: 0.7, topP: 1, maxTokens: 64, seed: place + 1, chatTemplateKwargs: {}, jobId: 'j' },
    ...{ callId: `solve/${place}`, purpose: 'operator:custom', batched: batched(`solve/${place}`) },
    messages: [{ role: 'user', content: `Solve this. What is ${place} and ${place}?` }],
    meter: {
      async begin(call) {
        const attemptId = `d/${notes.length + 1}`;
        await call.batched?.gather(attemptId);
        return noteOf(attemptId);
      },
      resume: (_call, attemptId) => noteOf(attemptId),
    },
  });
  return {
    ...{ server, created, endpoint, journal, notes, request },
    async [Symbol.asyncDispose]() {
      await Promise.all(endpoints.map((each) => each.close()));
      await server.stop();
    },
  };
}

test('calls are gathered in one batch, and each gets the reply that it would have had at once', async () => {
  await using it = await begin();
  const [later, now] = [it.endpoint(), it.endpoint({ batch: undefined })];
  const places = Array.from({ length: 40 }, (_, place) => place);
  const replies = await Promise.all(places.map((place) => later.complete(it.request(place), never)));
  expect(it.created.map(({ calls }) => calls)).toEqual([40]);
  const atOnce = await Promise.all(places.map((place) => now.complete(it.request(place), never)));
  const shown = ({ text, usage, finishReason }: (typeof replies)[number]) => ({ text, usage, finishReason });
  expect(replies.map(shown)).toEqual(atOnce.map(shown));
  expect(new Set(replies.map(({ text }) => text)).size).toBeGreaterThan(1);
});

test('whoever comes after a kill fetches the replies of the batch: none is asked for again, and each attempt has one end', async () => {
  await using it = await begin({ delayMs: 1_000 });
  const killed = new AbortController();
  const places = [0, 1, 2, 3];
  const first = it.endpoint();
  const lost = Promise.allSettled(places.map((place) => meteredAttempt(first, it.request(place), killed.signal)));
  await vi.waitFor(() => expect(it.created).toHaveLength(1), 5_000);
  killed.abort(new Error('killed'));
  await lost;
  expect(it.notes.map(({ state }) => state)).toEqual(['left', 'left', 'left', 'left']);
  const begun = it.notes.splice(0).map(({ attemptId }) => attemptId);
  // What it wrote last may be missing: the batch is found by its file.
  for (const [callId, pending] of [...it.journal].slice(0, 2)) it.journal.set(callId, { ...pending, batchId: '' });
  const second = it.endpoint();
  const replies = await Promise.all(places.map((place) => meteredAttempt(second, it.request(place), never)));
  expect(it.created).toHaveLength(1);
  expect(it.server.requests).toBe(places.length);
  expect(it.notes.map(({ attemptId, state }) => [attemptId, state])).toEqual(begun.map((id) => [id, 'answered']));
  expect(replies.map(({ attemptId }) => attemptId)).toEqual(begun);
});

test('what was still being gathered at a kill was never sent: it has cost nothing, and is asked for once', async () => {
  await using it = await begin();
  const killed = new AbortController();
  const first = it.endpoint({ batch: { ...usual.batch, gatherMs: 60_000 } });
  const lost = Promise.allSettled([0, 1].map((place) => meteredAttempt(first, it.request(place), killed.signal)));
  await vi.waitFor(() => expect(it.notes).toHaveLength(2));
  // A kill notes no end.
  const begun = it.notes.splice(0);
  const second = it.endpoint();
  const replies = await Promise.all([0, 1].map((place) => meteredAttempt(second, it.request(place), never)));
  killed.abort(new Error('killed'));
  await lost;
  const ends = it.notes.map(({ attemptId, state }) => [attemptId, state]);
  expect(ends.filter(([, state]) => state === 'refused').map(([id]) => id)).toEqual(begun.map(({ attemptId }) => attemptId));
  expect(ends.filter(([, state]) => state === 'answered').map(([id]) => id)).toEqual(replies.map(({ attemptId }) => attemptId));
  expect(it.server.requests).toBe(2);
});

test('calls whose upload fails were never sent', async () => {
  await using it = await begin();
  const endpoint = it.endpoint();
  await it.server.stop();
  await expect(meteredAttempt(endpoint, it.request(0), never)).rejects.toThrow(EndpointError);
  expect(it.notes).toMatchObject([{ state: 'refused' }]);
});

test('what was uploaded before a kill, and of which no batch was made, is asked for anew', async () => {
  await using it = await begin();
  it.journal.set('solve/0', { fileId: 'file-of-nothing', batchId: '', customId: 'c', attemptId: 'd/0' });
  const endpoint = it.endpoint();
  await expect(meteredAttempt(endpoint, it.request(0), never)).rejects.toThrow('no batch was made of the file file-of-nothing');
  expect(it.notes).toMatchObject([{ attemptId: 'd/0', state: 'refused' }]);
  expect((await meteredAttempt(endpoint, it.request(0), never)).attemptId).toBe('d/2');
});

test('calls that a batch does not answer go into the next one, and cost nothing in the first', async () => {
  const fates: readonly BatchFate[] = ['answered', 'expired', 'refused', 'answered'];
  await using it = await begin({ fateOf: (number) => fates[number] ?? 'answered' });
  const circuit = { failures: 1_000, openMs: 1, maxOpenMs: 1 };
  const pool = createEndpointPool({
    ...{ model: 'm', endpoints: [it.endpoint()], timing: systemTiming, random: Math.random, circuit },
  });
  const places = [0, 1, 2, 3];
  const replies = await Promise.all(places.map((place) => pool.complete(it.request(place), 'w', never)));
  expect(replies).toHaveLength(4);
  expect(it.created.map(({ calls }) => calls).reduce((sum, calls) => sum + calls)).toBe(6);
  const states = it.notes.map(({ state }) => state).sort();
  expect(states).toEqual(['answered', 'answered', 'answered', 'answered', 'refused', 'refused']);
  expect(it.server.requests).toBe(4);
  await pool.close();
});

test('a request that the server refuses is refused in its batch as at once', async () => {
  await using it = await begin();
  const [later, now] = [it.endpoint(), it.endpoint({ batch: undefined })];
  const tooLong = { ...it.request(0), messages: [{ role: 'user' as const, content: 'word '.repeat(60_000) }] };
  const failureOf = (error: unknown) => ({
    name: (error as Error).constructor.name,
    failure: (error as { failure?: object }).failure,
  });
  const [inBatch, atOnce] = await Promise.all([later, now].map((each) => each.complete(tooLong, never).catch(failureOf)));
  expect(inBatch).toEqual(atOnce);
  expect(inBatch).toMatchObject({ failure: { kind: 'context-overflow' } });
  expect(it.journal.size).toBe(0);
});

test('whoever waits no longer takes nothing away from the others, and calls that try the endpoint are made at once', async () => {
  await using it = await begin({ delayMs: 300 });
  const endpoint = it.endpoint();
  const gone = new AbortController();
  const lost = endpoint.complete(it.request(0), gone.signal);
  const kept = endpoint.complete(it.request(1), never);
  lost.catch(() => undefined);
  gone.abort(new Error('gone'));
  await expect(lost).rejects.toThrow('gone');
  const { batched: _, ...look } = it.request(2);
  expect((await endpoint.complete(look, never)).text).not.toBe('');
  expect(it.created).toEqual([]);
  expect((await kept).text).not.toBe('');
  expect(it.created.map(({ calls }) => calls)).toEqual([1]);
});

import { expect, test } from 'vitest';
import { type Failure, FailureError } from '../../../../../services/domain/failure.ts';
import type { AttemptMeter } from '../../../../../services/shared/models/attempt-meter.ts';
import { EndpointError, InfrastructureError } from '../../../../../services/shared/models/errors/endpoint-errors.ts';
import type { EndpointReply, EndpointRequest, ModelEndpoint } from '../../../../../services/shared/models/model-endpoint.ts';
import { createEndpointPool, type PoolSettings } from '../../../../../services/shared/models/pool/endpoint-pool.ts';
import { endpointSettings } from '../../../../../services/shared/models/settings/endpoint-settings.ts';
import type { SlotLease } from '../../../../../services/shared/models/slots/slot-lease.ts';
import { usualStanding } from '../../../../../services/shared/sharing/standing.ts';
import { createManualTiming } from '../../../../support/manual-timing.ts';

const never = new AbortController().signal;

const reply: EndpointReply = {
  text: 'answer',
  reasoning: '',
  finishReason: 'stop',
  usage: { promptTokens: 1, completionTokens: 1, cachedTokens: 0, reasoningTokens: 0 },
  usageEstimated: false,
  promptCut: false,
  servedModel: '',
  simulated: false,
  firstTokenMs: 1,
  latencyMs: 2,
};

const request = { model: 'm', callId: 'c' } as EndpointRequest;

type Behaviour = (signal: AbortSignal) => Promise<EndpointReply>;

/** An endpoint without a network. */
function scripted(name: string, behaviour: Behaviour, maxConcurrency = 8) {
  const calls: EndpointRequest[] = [];
  const baseUrl = `http://${name}/v1`;
  const endpoint: ModelEndpoint = {
    settings: endpointSettings({ model: 'm', baseUrl, apiKeyVariable: '', maxConcurrency, timeoutMs: 0 }, {}),
    complete: (asked, signal) => {
      calls.push(asked);
      return behaviour(signal);
    },
    models: async () => ({ names: ['m'], simulated: false, ownedBy: '' }),
    close: async () => {},
  };
  return { endpoint, calls, baseUrl };
}

const answering: Behaviour = async () => reply;
const failing =
  (kind: ConstructorParameters<typeof EndpointError>[0], name: string, retryAfterMs?: number): Behaviour =>
  async () => {
    throw new EndpointError(kind, `http://${name}/v1`, kind, { retryAfterMs });
  };

function pooled(endpoints: readonly ModelEndpoint[], change: Partial<PoolSettings> = {}) {
  const timing = createManualTiming();
  return { timing, pool: createEndpointPool({ model: 'm', endpoints, timing, random: () => 0.5, ...change }) };
}

/** Answers that can be given by hand. */
function held() {
  const open: (() => void)[] = [];
  const behaviour: Behaviour = () => new Promise((resolve) => open.push(() => resolve(reply)));
  return { behaviour, open };
}

test('a call is answered with the endpoint and the number of attempts', async () => {
  const { endpoint, baseUrl } = scripted('a', answering);
  const { pool } = pooled([endpoint]);
  expect(await pool.complete(request, 'workflow', never)).toEqual({ ...reply, endpoint: baseUrl, attempts: 1, attemptId: '' });
});

test('a call that failed is tried elsewhere', async () => {
  const a = scripted('a', failing('unavailable', 'a'));
  const b = scripted('b', answering);
  const { pool, timing } = pooled([a.endpoint, b.endpoint]);
  const answers = Promise.all(['k', 'l', 'm', 'n'].map((prefixKey) => pool.complete(request, prefixKey, never)));
  await timing.advance(60_000);
  for (const answer of await answers) expect(answer.endpoint).toBe(b.baseUrl);
  expect(a.calls.length).toBeGreaterThan(0);
});

test('no more calls are in flight than the limit, and the next goes when one ends', async () => {
  const { behaviour, open } = held();
  const { endpoint, calls } = scripted('a', behaviour, 3);
  const { pool, timing } = pooled([endpoint]);
  const answers = Array.from({ length: 5 }, () => pool.complete(request, 'w', never));
  await timing.advance(0);
  expect([calls.length, pool.waiting]).toEqual([3, 2]);
  open.shift()?.();
  await timing.advance(0);
  expect([calls.length, pool.waiting]).toEqual([4, 1]);
  while (open.length > 0) {
    open.shift()?.();
    await timing.advance(0);
  }
  await Promise.all(answers);
  expect(pool.health()[0]).toMatchObject({ inFlight: 0, calls: 5 });
});

test('a full endpoint is no reason to wait while another has room', async () => {
  const holding = held();
  const a = scripted('a', holding.behaviour, 1);
  const b = scripted('b', holding.behaviour, 1);
  const { pool, timing } = pooled([a.endpoint, b.endpoint]);
  const answers = [pool.complete(request, 'w', never), pool.complete(request, 'w', never)];
  await timing.advance(0);
  expect([a.calls.length, b.calls.length]).toEqual([1, 1]);
  for (const answer of holding.open) answer();
  await Promise.all(answers);
});

test('Retry-After keeps all calls away from the endpoint for that long, also above a minute', async () => {
  let throttle = true;
  const { endpoint, calls, baseUrl } = scripted('a', async () => {
    if (!throttle) return reply;
    throttle = false;
    throw new EndpointError('throttled', 'http://a/v1', 'busy', { retryAfterMs: 90_000 });
  });
  const { pool, timing } = pooled([endpoint]);
  const first = pool.complete(request, 'w', never);
  await timing.advance(1_000);
  const second = pool.complete(request, 'w', never);
  await timing.advance(88_000);
  expect(calls).toHaveLength(1);
  expect(pool.health()[0]).toMatchObject({ endpoint: baseUrl, state: 'throttled', failures: { throttled: 1 } });
  await timing.advance(1_001);
  expect((await first).attempts).toBe(2);
  expect((await second).attempts).toBe(1);
  expect(pool.health()[0]).toMatchObject({ retries: 1, ended: { answered: 2, throttled: 1, timeout: 0, 'given-up': 0 } });
});

test('a server whose rate is used up by an answer is left alone until there is some of it again', async () => {
  let left = 1;
  const { endpoint, calls } = scripted('a', async () => (left-- === 1 ? { ...reply, restMs: 1_500 } : reply));
  const { pool, timing } = pooled([endpoint]);
  await pool.complete(request, 'w', never);
  const next = pool.complete(request, 'w', never);
  await timing.advance(1_499);
  expect(calls).toHaveLength(1);
  expect(pool.health()[0]).toMatchObject({ state: 'throttled' });
  expect(pool.health()[0]?.failures).toEqual({});
  await timing.advance(2);
  expect((await next).attempts).toBe(1);
});

test('a Retry-After beyond the patience hands the call back with the time to wait', async () => {
  const { endpoint, calls } = scripted('a', failing('throttled', 'a', 600_000));
  const { pool, timing } = pooled([endpoint]);
  const outcome = pool.complete(request, 'w', never).catch((error: unknown) => error);
  await timing.advance(10_000);
  expect(await outcome).toBeInstanceOf(InfrastructureError);
  expect(((await outcome) as InfrastructureError).retryAfterMs).toBeGreaterThan(500_000);
  expect(calls).toHaveLength(1);
});

test('throttling cuts the limit of the endpoint', async () => {
  const { endpoint } = scripted('a', failing('throttled', 'a'), 10);
  const { pool, timing } = pooled([endpoint]);
  const calls = Array.from({ length: 10 }, () => pool.complete(request, 'w', never).catch((error: unknown) => error));
  await timing.advance(60_000);
  await Promise.all(calls);
  expect(pool.health()[0]?.limit).toBeLessThan(10);
});

test('an endpoint that fails five times in a row is left alone, then tried with one call', async () => {
  let down = true;
  const { endpoint, calls } = scripted('a', async (signal) => (down ? failing('unavailable', 'a')(signal) : reply));
  const { pool, timing } = pooled([endpoint]);
  const lost = pool.complete(request, 'w', never).catch((error: unknown) => error);
  await timing.advance(5_000);
  expect(await lost).toBeInstanceOf(InfrastructureError);
  const waiting = [pool.complete(request, 'w', never), pool.complete(request, 'w', never), pool.complete(request, 'w', never)];
  await timing.advance(2_000);
  expect(pool.health()[0]?.state).toBe('open');
  const before = calls.length;
  down = false;
  await timing.advance(5_000);
  expect(calls).toHaveLength(before);
  await timing.advance(10_000);
  expect(await Promise.all(waiting)).toHaveLength(3);
  expect(pool.health()[0]).toMatchObject({ state: 'closed', lastError: undefined });
});

test('while one circuit is open, the others carry on', async () => {
  const a = scripted('a', failing('unavailable', 'a'));
  const b = scripted('b', answering);
  const { pool, timing } = pooled([a.endpoint, b.endpoint]);
  for (let call = 0; call < 20; call += 1) {
    const answer = pool.complete(request, `w${call}`, never);
    await timing.advance(100);
    await timing.advance(400);
    expect((await answer).endpoint).toBe(b.baseUrl);
  }
  expect(pool.health().find(({ endpoint }) => endpoint === a.baseUrl)?.state).toBe('open');
  expect(a.calls).toHaveLength(5);
});

test('when all circuits stay open, a call is handed back instead of waiting for ever', async () => {
  const { endpoint, calls } = scripted('a', failing('unavailable', 'a'));
  const { pool, timing } = pooled([endpoint]);
  const outcomes: unknown[] = [];
  for (let call = 0; call < 3; call += 1) pool.complete(request, 'w', never).catch((error: unknown) => outcomes.push(error));
  await timing.advance(10 * 60_000);
  expect(outcomes).toHaveLength(3);
  for (const outcome of outcomes) expect(outcome).toBeInstanceOf(InfrastructureError);
  expect(calls.length).toBeLessThan(13);
});

test('a failure that belongs to the request is no fault of the endpoint', async () => {
  const { endpoint } = scripted('a', async () => {
    throw new FailureError({ kind: 'context-overflow', message: 'too long' });
  });
  const { pool } = pooled([endpoint]);
  for (let call = 0; call < 10; call += 1) await expect(pool.complete(request, 'w', never)).rejects.toThrow(FailureError);
  expect(pool.health()[0]).toMatchObject({ state: 'closed', limit: 8 });
  expect(pool.health()[0]?.failures).toEqual({});
});

test('a key that each endpoint refuses, also at a second look, is for a person to mend', async () => {
  const a = scripted('a', failing('credentials', 'a'));
  const b = scripted('b', failing('credentials', 'b'));
  const { pool, timing } = pooled([a.endpoint, b.endpoint]);
  const outcome = pool.complete(request, 'w', never).catch((error: unknown) => error);
  await timing.advance(60_000);
  const forPerson = 'http://a/v1: credentials';
  expect(await outcome).toMatchObject({ name: 'InfrastructureError', problem: 'credentials', message: forPerson, forPerson });
  // The call itself, and a second look: one token, then a whole reply, since the server may have been wrong once.
  expect([a.calls, b.calls].map((calls) => calls.filter(({ callId }) => callId === 'c').length)).toEqual([1, 1]);
  expect(a.calls.slice(1).map(({ callId }) => callId)).toEqual(['look', 'look']);
});

test('an abort takes a waiting call out of the line with its reason', async () => {
  const { behaviour, open } = held();
  const { endpoint, calls } = scripted('a', behaviour, 1);
  const { pool, timing } = pooled([endpoint]);
  const first = pool.complete(request, 'w', never);
  const stop = new AbortController();
  const second = pool.complete(request, 'w', stop.signal).catch((error: unknown) => error);
  await timing.advance(0);
  stop.abort(new Error('cancelled'));
  expect(await second).toMatchObject({ message: 'cancelled' });
  expect(pool.waiting).toBe(0);
  open[0]?.();
  await first;
  expect(calls).toHaveLength(1);
});

test('a call that was cut by its caller says nothing about the endpoint', async () => {
  const { endpoint } = scripted(
    'a',
    (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  );
  const { pool, timing } = pooled([endpoint]);
  for (let call = 0; call < 6; call += 1) {
    const stop = new AbortController();
    const outcome = pool.complete(request, 'w', stop.signal).catch((error: unknown) => error);
    await timing.advance(0);
    stop.abort(new Error('cancelled'));
    expect(await outcome).toMatchObject({ message: 'cancelled' });
  }
  expect(pool.health()[0]).toMatchObject({ state: 'closed', inFlight: 0, limit: 8 });
  expect(pool.health()[0]?.failures).toEqual({});
});

test('whoever divides the slots is told how many calls wait, and whose they are, until none do', async () => {
  const { behaviour, open } = held();
  const told: string[] = [];
  const slots: SlotLease = {
    ...{ slots: 1, inUse: 0, hasRoom: () => true, begin: () => ({ ended: () => {}, hungUp: () => {} }) },
    ...{ beginSoon: async () => ({ ended: () => {}, hungUp: () => {} }), partOf: () => 1, onRoom: () => () => {} },
    waiting: (_caller, calls, of = new Map()) => {
      told.push([calls, ...[...of].map(([{ runId }, each]) => `${runId}: ${each}`)].join(' '));
    },
  };
  const { pool, timing } = pooled([scripted('a', behaviour, 1).endpoint], { slotsAt: () => slots });
  const callerOf = (runId: string) => ({ party: { runId, standing: () => usualStanding } });
  const [one, other] = [callerOf('one'), callerOf('other')];
  const leaving = new AbortController();
  const calls = [one, one, one, other].map((caller) => pool.complete(request, 'k', never, caller));
  const left = expect(pool.complete(request, 'k', leaving.signal, other)).rejects.toThrow('enough');
  expect(told.at(-1)).toBe('4 one: 2 other: 2');
  leaving.abort(new Error('enough'));
  await left;
  for (let answered = 0; answered < 4; answered += 1) {
    open[answered]?.();
    await timing.advance(1);
  }
  await Promise.all(calls);
  expect(told).toContain('1 one: 1');
  expect(told.at(-1)).toBe('0');
});

test('closing ends calls in flight and those that wait, and refuses new ones', async () => {
  const { endpoint } = scripted(
    'a',
    (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    1,
  );
  const { pool, timing } = pooled([endpoint]);
  const calls = [pool.complete(request, 'w', never), pool.complete(request, 'w', never)];
  const outcomes = Promise.allSettled(calls);
  await timing.advance(0);
  await pool.close();
  await pool.close();
  for (const outcome of await outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: { message: /are closed/ } });
  await expect(pool.complete(request, 'w', never)).rejects.toThrow('are closed');
});

test('a circuit whose time runs out between two readings of the clock is asked all the same', async () => {
  // Each reading takes a microsecond, and the timer fires seven early: it wakes just before the time, and looks again just after.
  let now = 0;
  const timing = {
    ...createManualTiming(),
    monotonicMs: () => (now += 0.001),
    sleep: async (durationMs: number) => {
      now += Math.max(0, durationMs - 0.007);
    },
  };
  let down = true;
  const { endpoint } = scripted('a', async (signal) => (down ? failing('credentials', 'a')(signal) : reply));
  const circuit = { failures: 1, openMs: 10, maxOpenMs: 10 };
  const pool = createEndpointPool({ model: 'm', endpoints: [endpoint], timing, random: () => 0.5, circuit });
  await expect(pool.complete(request, 'w', never)).rejects.toThrow(InfrastructureError);
  down = false;
  expect(await pool.complete(request, 'w', never)).toMatchObject({ text: 'answer' });
});

test('a call that is handed back unasked says what failed before', async () => {
  const { endpoint } = scripted('a', failing('unavailable', 'a'));
  const { pool, timing } = pooled([endpoint], { patienceMs: 1_000, circuit: { failures: 1, openMs: 60_000, maxOpenMs: 60_000 } });
  const first = pool.complete(request, 'w', never).catch((error: unknown) => error);
  await timing.advance(10_000);
  await first;
  const second = pool.complete(request, 'w', never).catch((error: unknown) => error);
  await timing.advance(1_000);
  expect(await second).toMatchObject({ problem: 'unavailable', message: expect.stringContaining('http://a/v1: unavailable') });
});

/** Answers looks as told, and the run's own calls as scripted. */
function judged(own: Behaviour, looks: Behaviour = answering, change: Partial<PoolSettings> = {}) {
  const calls: EndpointRequest[] = [];
  const { endpoint } = scripted('a', answering);
  const complete: ModelEndpoint['complete'] = (asked, signal) => {
    calls.push(asked);
    return asked.callId === 'look' ? looks(signal) : own(signal);
  };
  return { ...pooled([{ ...endpoint, complete }], { looksFirst: true, ...change }), calls };
}

const refusing =
  (kind: ConstructorParameters<typeof EndpointError>[0], failure?: Failure): Behaviour =>
  async () => {
    throw new EndpointError(kind, 'http://a/v1', 'no', { ofRequest: failure });
  };

const own: Failure = { kind: 'refused', message: 'the endpoint refuses the request' };

test('what one request is refused for, while a small one is answered, is its own failure', async () => {
  const { pool } = judged(refusing('unclear-refusal', own));
  await expect(pool.complete(request, 'w', never)).rejects.toMatchObject({ name: 'RequestFailure', failure: own });
});

test('what every request is refused for is for a person to mend, and no failure of any', async () => {
  const { pool, calls } = judged(refusing('unclear-refusal', own), refusing('unclear-refusal', own));
  await expect(pool.complete(request, 'w', never)).rejects.toMatchObject({ forPerson: 'http://a/v1: no' });
  // Found out before the first of the run's own calls was made.
  expect(calls.map(({ callId }) => callId)).toEqual(['look', 'look']);
});

test('an endpoint that cannot be reached when it is first looked at is waited for like any other', async () => {
  let down = true;
  const behaviour: Behaviour = async () => {
    if (down) throw new EndpointError('unavailable', 'http://a/v1', 'no connection');
    return reply;
  };
  const { pool, timing } = judged(behaviour, behaviour);
  const answer = pool.complete(request, 'w', never);
  await timing.advance(100);
  down = false;
  await timing.advance(10_000);
  expect(await answer).toMatchObject({ text: 'answer' });
});

test('a reply that is broken each time is the failure of its request if others were answered', async () => {
  let broken = false;
  const failure: Failure = { kind: 'malformed-reply', message: 'broken' };
  const { pool, timing, calls } = judged((signal) => (broken ? refusing('malformed', failure)(signal) : answering(signal)));
  await pool.complete(request, 'w', never);
  broken = true;
  const outcome = pool.complete({ ...request, callId: 'd' }, 'w', never).catch((error: unknown) => error);
  await timing.advance(60_000);
  expect(await outcome).toMatchObject({ name: 'RequestFailure', failure });
  expect(calls.filter(({ callId }) => callId === 'd')).toHaveLength(4);
});

test('where no reply is whole but that to a small call, nothing is scored: a person has to look', async () => {
  const failure: Failure = { kind: 'malformed-reply', message: 'broken' };
  const { pool, timing } = judged(refusing('malformed', failure), answering, {
    circuit: { failures: 99, openMs: 1, maxOpenMs: 1 },
  });
  const outcomes: unknown[] = [];
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const outcome = pool.complete(request, 'w', never).catch((error: unknown) => error);
    await timing.advance(60_000);
    outcomes.push(await outcome);
  }
  expect(outcomes.slice(0, 2)).toMatchObject([{ forPerson: undefined }, { forPerson: undefined }]);
  expect(outcomes[2]).toMatchObject({
    forPerson: expect.stringContaining("answers a small call but none of the run's own: no"),
  });
});

test('a refusal that nobody else meets twice is asked about again', async () => {
  let refusals = 1;
  const { pool, timing } = judged(async (signal) => {
    refusals -= 1;
    return refusals >= 0 ? refusing('credentials')(signal) : answering(signal);
  });
  await expect(pool.complete(request, 'w', never)).rejects.toMatchObject({ forPerson: undefined, retryAfterMs: 500 });
  const again = pool.complete(request, 'w', never);
  await timing.advance(0);
  expect(await again).toMatchObject({ text: 'answer' });
});

test('calls that wait for an endpoint which needs a person end with the one that found out', async () => {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const revoked: Behaviour = async (signal) => {
    await gate;
    return refusing('credentials')(signal);
  };
  const { endpoint } = scripted('a', revoked, 1);
  const { pool } = pooled([endpoint]);
  const outcomes = ['a', 'b', 'c'].map((callId) =>
    pool.complete({ ...request, callId }, 'w', never).catch((error: unknown) => error),
  );
  open();
  for (const outcome of await Promise.all(outcomes)) expect(outcome).toMatchObject({ forPerson: 'http://a/v1: no' });
});

test.each([
  ['its models', async () => ({ names: ['m'], simulated: false, ownedBy: '' })],
  ['that it has no such list', () => Promise.reject(new EndpointError('misconfigured', 'http://a/v1', 'no', { status: 404 }))],
  ['something else', () => Promise.reject(new EndpointError('malformed', 'http://a/v1', 'the list of models is not JSON'))],
])('a server that cannot be reached gets calls again soon after it is back, and says %s', async (_, says) => {
  let isUp = false;
  const { endpoint, calls } = scripted('a', async (signal) => (isUp ? reply : failing('unavailable', 'a')(signal)));
  const returning: ModelEndpoint = {
    ...endpoint,
    models: async () => {
      if (!isUp) throw new EndpointError('unavailable', 'http://a/v1', 'no connection');
      return await says();
    },
  };
  const { pool, timing } = pooled([returning], { circuit: { failures: 2, openMs: 100_000, maxOpenMs: 100_000 } });
  const lost = pool.complete(request, 'w', never);
  await timing.advance(20_000);
  expect(pool.health()[0]?.state).toBe('open');
  const before = calls.length;
  isUp = true;
  await timing.advance(3_000);
  expect(calls.length).toBe(before + 1);
  expect(await lost).toMatchObject({ text: 'answer' });
  expect(pool.health()[0]?.state).toBe('closed');
});

test.each([
  ['while it loads its model, as llama-server does,', 503, true],
  ['since nobody is behind its proxy', 502, false],
])('a server that refuses everything %s gets calls again as soon as that ends', async (_, status, wasGone) => {
  let now: 'gone' | 'refused' | 'up' = wasGone ? 'gone' : 'refused';
  const refusal = () => new EndpointError('unavailable', 'http://a/v1', 'not now', now === 'gone' ? {} : { status });
  const { endpoint, calls } = scripted('a', async () => {
    if (now !== 'up') throw refusal();
    return reply;
  });
  const loading: ModelEndpoint = {
    ...endpoint,
    models: async () => {
      if (now !== 'up') throw refusal();
      return { names: ['m'], simulated: false, ownedBy: '' };
    },
  };
  const { pool, timing } = pooled([loading], { circuit: { failures: 2, openMs: 60_000, maxOpenMs: 60_000 } });
  const lost = pool.complete(request, 'w', never);
  await timing.advance(20_000);
  now = 'refused';
  await timing.advance(20_000);
  expect(pool.health()[0]?.state).toBe('open');
  const before = calls.length;
  now = 'up';
  await timing.advance(3_000);
  expect(calls.length).toBe(before + 1);
  expect(await lost).toMatchObject({ text: 'answer' });
});

test('a server that lists its models and fails its calls is left to its circuit', async () => {
  const { endpoint, calls } = scripted('a', failing('unavailable', 'a'));
  const { pool, timing } = pooled([endpoint], { circuit: { failures: 2, openMs: 60_000, maxOpenMs: 60_000 } });
  const lost = pool.complete(request, 'w', never).catch((error: unknown) => error);
  await timing.advance(10_000);
  expect(pool.health()[0]?.state).toBe('open');
  expect(calls).toHaveLength(2);
  await pool.close();
  await lost;
});

test('the failures of one server behind a gateway do not keep calls from the others', async () => {
  let sent = 0;
  const gateway = scripted('a', async (signal) => {
    sent += 1;
    // One of three servers is down, and for a while the gateway picks it again and again.
    return sent % 3 === 0 || (sent > 30 && sent < 40) ? failing('unavailable', 'a')(signal) : reply;
  });
  const endpoint = { ...gateway.endpoint, settings: { ...gateway.endpoint.settings, gateway: true } };
  const { pool, timing } = pooled([endpoint]);
  for (let call = 0; call < 60; call += 1) {
    const answered = pool.complete(request, 'w', never).catch((error: unknown) => error);
    await timing.advance(30_000);
    await answered;
    expect(pool.health()[0]?.state).toBe('closed');
  }
});

test('endpoints come and go while calls are under way, which are not cut', async () => {
  const holding = held();
  const closed: string[] = [];
  const made = (name: string) => {
    const { endpoint, calls } = scripted(name, holding.behaviour, 2);
    return { endpoint: { ...endpoint, close: async () => void closed.push(name) }, calls };
  };
  const [a, b] = [made('a'), made('b')];
  const { pool, timing } = pooled([a.endpoint]);
  const answers = Array.from({ length: 4 }, () => pool.complete(request, 'w', never));
  await timing.advance(0);
  expect([a.calls.length, b.calls.length]).toEqual([2, 0]);
  pool.setEndpoints([b.endpoint]);
  await timing.advance(0);
  // Those that waited go to the new one; the old one finishes what it has, and is closed only then.
  expect([a.calls.length, b.calls.length, pool.waiting]).toEqual([2, 2, 0]);
  expect(closed).toEqual([]);
  expect(pool.health().map(({ endpoint, inFlight }) => [endpoint, inFlight])).toEqual([
    ['http://b/v1', 2],
    ['http://a/v1', 2],
  ]);
  for (const open of holding.open) open();
  expect((await Promise.all(answers)).map(({ endpoint }) => endpoint)).toEqual([
    ...['http://a/v1', 'http://a/v1', 'http://b/v1', 'http://b/v1'],
  ]);
  await timing.advance(0);
  expect(closed).toEqual(['a']);
  expect(pool.health().map(({ endpoint }) => endpoint)).toEqual(['http://b/v1']);
  await pool.close();
});

test('the last call of a round that is far behind the others is answered elsewhere, and both sendings are on record', async () => {
  const attempts: string[] = [];
  const meter: AttemptMeter = {
    begin: async () => {
      const id = String(attempts.length);
      attempts.push('begun');
      return { id, ended: (state) => void attempts.splice(Number(id), 1, state) };
    },
  };
  let hangs = false;
  const untilCut: Behaviour = (signal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
  // The home of the calls hangs from some time on, the other server does not.
  const first: { name?: string } = {};
  const made = (name: string) =>
    scripted(name, async (signal) => {
      first.name ??= name;
      return hangs && first.name === name ? await untilCut(signal) : reply;
    });
  const [a, b] = [made('a'), made('b')];
  const { pool, timing } = pooled([a.endpoint, b.endpoint]);
  const ask = () => pool.complete({ ...request, messages: [], meter }, 'w', never);
  for (let call = 0; call < 100; call += 1) {
    const answered = ask();
    await timing.advance(10);
    await answered;
  }
  attempts.length = 0;
  hangs = true;
  const last = ask();
  await timing.advance(2_000);
  const answer = await last;
  expect(answer.endpoint).not.toBe(`http://${first.name}/v1`);
  expect(answer.attempts).toBe(1);
  expect(attempts).toEqual(['broken-off', 'answered']);
  expect(pool.health().map(({ inFlight, state, failures }) => ({ inFlight, state, failures }))).toEqual([
    { inFlight: 0, state: 'closed', failures: {} },
    { inFlight: 0, state: 'closed', failures: {} },
  ]);
});

test('no call is sent twice while others wait, nor where the settings say so', async () => {
  const holding = held();
  const made = (name: string, reissue: boolean) => {
    const { endpoint, calls } = scripted(name, holding.behaviour, 2);
    return { endpoint: { ...endpoint, settings: { ...endpoint.settings, reissue } }, calls };
  };
  for (const reissue of [true, false]) {
    const [a, b] = [made('a', reissue), made('b', reissue)];
    const { pool, timing } = pooled([a.endpoint, b.endpoint]);
    for (let call = 0; call < 100; call += 1) {
      const answered = pool.complete(request, 'w', never);
      await timing.advance(0);
      holding.open.shift()?.();
      await answered;
    }
    const before = a.calls.length + b.calls.length;
    const calls = Array.from({ length: reissue ? 5 : 1 }, () => pool.complete(request, 'w', never));
    await timing.advance(20_000);
    expect(a.calls.length + b.calls.length - before).toBe(reissue ? 4 : 1);
    for (; holding.open.length > 0; await timing.advance(0)) holding.open.shift()?.();
    await Promise.all(calls);
  }
});

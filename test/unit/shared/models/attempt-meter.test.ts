import { expect, test } from 'vitest';
import { defined } from '../../../../services/domain/defined.ts';
import { FailureError } from '../../../../services/domain/failure.ts';
import type { AttemptMeter } from '../../../../services/shared/models/attempt-meter.ts';
import { EndpointError, RequestFailure } from '../../../../services/shared/models/errors/endpoint-errors.ts';
import type { EndpointRequest, ModelEndpoint } from '../../../../services/shared/models/model-endpoint.ts';
import { meteredAttempt } from '../../../../services/shared/models/pool/metered-attempt.ts';

const never = new AbortController().signal;
const usage = { promptTokens: 9, completionTokens: 4, cachedTokens: 0, reasoningTokens: 0 };
const none = { promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 };
const prompt = { ...none, promptTokens: 5 };

/** What is noted of an attempt that ends so, in order. */
async function noted(
  complete: (request: EndpointRequest) => Promise<unknown>,
  signal = never,
  sending?: () => void,
): Promise<unknown[]> {
  const notes: unknown[] = [];
  const meter: AttemptMeter = {
    begin: async ({ callId }, estimate) => {
      notes.push(['begun', callId, estimate]);
      return { id: 'd/1', ended: (...end) => notes.push(end), ...defined({ sending }) };
    },
  };
  const endpoint = {
    complete: async (request: EndpointRequest) => {
      notes.push(`sent as ${request.attemptId}`);
      return await complete(request);
    },
  } as unknown as ModelEndpoint;
  const messages = [
    { role: 'user' as const, content: 'sixteen letters,' },
    { role: 'user' as const, content: 'more' },
  ];
  const request = { callId: 'c', model: 'm', messages, meter } as unknown as EndpointRequest;
  await meteredAttempt(endpoint, request, signal).catch((error: unknown) => {
    if (!(error instanceof Error) || error.message.includes('defect')) throw error;
  });
  return notes;
}

const throwing = (error: unknown) => async () => Promise.reject(error);

test('an attempt is on record before it is sent, with the id that the server is told', async () => {
  expect(await noted(async () => ({ usage, usageEstimated: true }))).toEqual([
    ['begun', 'c', prompt],
    'sent as d/1',
    ['answered', usage, true],
  ]);
});

test('a worker that lost the job between note and call does not send it', async () => {
  const lost = new AbortController();
  expect(
    await noted(
      async () => ({ usage, usageEstimated: true }),
      lost.signal,
      () => lost.abort(new Error('lost')),
    ),
  ).toEqual([
    ['begun', 'c', prompt],
    ['refused', none, false],
  ]);
});

test('a call whose kept connection was closed as it came is sent again, three times at most, and all are on record', async () => {
  const unavailable = new EndpointError('unavailable', 'http://a', 'the connection failed', { sent: 'stale' });
  let sent = 0;
  const notes = await noted(async () => {
    sent += 1;
    if (sent === 1) throw unavailable;
    return { usage, usageEstimated: true };
  });
  expect(notes).toEqual([
    ['begun', 'c', prompt],
    'sent as d/1',
    ['broken-off', prompt, true],
    ['begun', 'c', prompt],
    'sent as d/1',
    ['answered', usage, true],
  ]);
  expect((await noted(throwing(unavailable))).filter((note) => String(note).startsWith('sent'))).toHaveLength(4);
});

test('a reply that was billed and is of no use has its own tokens', async () => {
  const billed = { usage, estimated: false };
  const empty = new EndpointError('empty', 'http://a', 'no choices', { billed });
  expect((await noted(throwing(empty))).at(-1)).toEqual(['useless', usage, false]);
  const failure = new RequestFailure({ kind: 'content-filter', message: 'no' }, [billed]);
  expect((await noted(throwing(failure))).at(-1)).toEqual(['useless', usage, false]);
});

test.each([
  ['a time limit', new EndpointError('timeout', 'http://a', 'too long')],
  ['silence', new EndpointError('stalled', 'http://a', 'no token')],
  ['half a reply', new EndpointError('malformed', 'http://a', 'it ends before it is complete')],
  ['a connection that breaks', new EndpointError('unavailable', 'http://a', 'ECONNRESET')],
  ['a worker that hangs up', new DOMException('This operation was aborted', 'AbortError')],
])('after %s the prompt, at least, was read', async (_, error) => {
  expect((await noted(throwing(error))).at(-1)).toEqual(['broken-off', prompt, true]);
});

test.each([
  ['a refused key', new EndpointError('credentials', 'http://a', '401', { status: 401 })],
  ['too many calls', new EndpointError('throttled', 'http://a', '429', { status: 429 })],
  ['a broken server', new EndpointError('unavailable', 'http://a', '503', { status: 503 })],
  ['no server', new EndpointError('unavailable', 'http://a', 'none', { sent: 'never' })],
  ['a refusal in words', new FailureError({ kind: 'context-overflow', message: 'too long' })],
])('%s costs nothing', async (_, error) => {
  expect((await noted(throwing(error))).at(-1)).toEqual(['refused', none, false]);
});

test('what is given up before it is sent costs nothing', async () => {
  const notes = await noted(async () => ({ usage, usageEstimated: false }), AbortSignal.abort(new Error('stopped')));
  expect(notes).toEqual([
    ['begun', 'c', prompt],
    ['refused', none, false],
  ]);
});

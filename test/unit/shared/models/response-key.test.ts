import { expect, test } from 'vitest';
import type { EndpointRequest } from '../../../../services/shared/models/model-endpoint.ts';
import { type Draw, type KeySpace, responseKey } from '../../../../services/shared/models/response-key.ts';
import type { BatchedCall, PendingCall } from '../../../../services/shared/models/settings/batched-call.ts';
import { noAccount } from '../../../support/no-account.ts';

const request: EndpointRequest = {
  model: 'qwen3-8b',
  messages: [
    { role: 'system', content: 'Answer in one word.' },
    { role: 'user', content: 'How many? \u{1f600} "\n' },
  ],
  temperature: 0.7,
  topP: 0.95,
  maxTokens: 256,
  seed: 17,
  chatTemplateKwargs: { enable_thinking: false, budget: { b: 1, a: [1, 2] } },
  jobId: 'execute-hash-7-0',
  callId: 'drafts[1].draft/0',
  purpose: 'operator:custom',
  attemptId: 'd/1',
  meter: noAccount,
};
const draw: Draw = { job: [0], place: 0 };
const space: KeySpace = { namespace: '', simulated: false };
const key = (change: object = {}, drawn: Partial<Draw> = {}, kept: Partial<KeySpace> = {}): string =>
  responseKey({ ...request, ...change }, { ...draw, ...drawn }, { ...space, ...kept });

function batchedAs(pending: PendingCall | undefined): BatchedCall {
  const done = async (): Promise<void> => {};
  return { pending, unsent: undefined, gather: done, keep: done, forget: () => {} };
}

test('is a SHA-256 in hex that stays the same from version to version', () => {
  expect(key()).toBe('10351a51c4556c413bb194beba5f711effa71b0c428c349a21fd18b7c421fc72');
});

test.each<[string, object]>([
  ['the job', { jobId: 'execute-other-7-0' }],
  ['the place of the call', { callId: 'solve/0' }],
  ['what it is for', { purpose: 'judge' }],
  ['the attempt', { attemptId: 'd/2' }],
  ['the account', { meter: undefined }],
  ['the run', { runId: 'r2' }],
  ['where its prefix is cached', { prefixKey: 'hash' }],
  ['that it goes into a batch', { batched: batchedAs(undefined) }],
  ['the batch in which it lies', { batched: batchedAs({ fileId: 'f1', batchId: 'b1', customId: 'c1', attemptId: 'd/1' }) }],
  ['what is told before it is sent', { sending: () => {} }],
  ['the order of settings', { chatTemplateKwargs: { budget: { a: [1, 2], b: 1 }, enable_thinking: false } }],
  ['a setting that is not sent', { responseFormat: undefined }],
])('%s is no part of it', (_, change) => {
  expect(key(change)).toBe(key());
});

const different: [string, string][] = [
  ['as it is', key()],
  ['the model', key({ model: 'qwen3-8b-awq' })],
  ['a role', key({ messages: [{ ...request.messages[0], role: 'user' }, request.messages[1]] })],
  ['a content', key({ messages: [request.messages[0], { role: 'user', content: 'How many?' }] })],
  ['the order of messages', key({ messages: [...request.messages].reverse() })],
  [
    'two messages in one',
    key({ messages: [{ role: 'user', content: request.messages.map(({ content }) => content).join('') }] }),
  ],
  ['the temperature', key({ temperature: 0.8 })],
  ['no temperature', key({ temperature: null })],
  ['temperature 0', key({ temperature: 0 })],
  ['top_p', key({ topP: 1 })],
  ['no top_p', key({ topP: null })],
  ['max_tokens', key({ maxTokens: 257 })],
  ['the seed', key({ seed: 18 })],
  ['no seed', key({ seed: undefined })],
  ['the template', key({ chatTemplateKwargs: { enable_thinking: true } })],
  ['a list in another order', key({ chatTemplateKwargs: { enable_thinking: false, budget: { b: 1, a: [2, 1] } } })],
  // What requests do not have yet decides the answer until someone says that it does not.
  ['a response format', key({ responseFormat: { type: 'json_schema', json_schema: {} } })],
  ['a schema and its prompt', key({ structured: { schema: { type: 'object' }, messages: request.messages } })],
  ['another schema', key({ structured: { schema: { type: 'array' }, messages: request.messages } })],
  ['three samples in one request', key({ samples: 3 })],
  ['the repeat', key({}, { job: [1] })],
  ['round and turn', key({}, { job: [0, 0] })],
  ['an equal call later in the job', key({}, { place: 1 })],
  ["the run's seed", key({}, { runSeed: 1 })],
  ["another run's seed", key({}, { runSeed: 2 })],
  ['the namespace', key({}, {}, { namespace: '2026-11' })],
  ['the simulated model', key({}, {}, { simulated: true })],
  ['the simulated model, asked for something else', key({ purpose: 'judge' }, {}, { simulated: true })],
];

test.each(different)('%s makes it another', (name, made) => {
  for (const [other, otherKey] of different) if (other !== name) expect(otherKey, other).not.toBe(made);
});

import { JetStreamApiError } from '@nats-io/jetstream';
import { expect, test } from 'vitest';
import { isWrongLastSequence, toBusError } from '../../../../../services/shared/messaging/session/nats-errors.ts';

const explain = (code: number, status: number, text = 'as the server says') =>
  toBusError('declare stream JOBS', new JetStreamApiError({ code: status, err_code: code, description: text }));

test.each([
  [10005, 400, 'no suitable peers for placement'],
  [10008, 503, 'JetStream system temporarily unavailable'],
  [10009, 500, 'JetStream cluster can not handle request'],
  [10004, 503, 'incomplete results'],
  [10007, 500, 'JetStream cluster not assigned to this server'],
  [10023, 503, 'insufficient resources'],
  [10026, 400, 'maximum consumers limit reached'],
  [10041, 500, 'raft: not leader'],
  [10059, 404, 'stream not found'],
  [10014, 404, 'consumer not found'],
  [10118, 500, 'stream is offline'],
  [10124, 400, 'stream move already in progress'],
  [10158, 409, 'duplicate message id is in process'],
  [10163, 503, 'expected last sequence per subject temporarily unavailable'],
  [10164, 400, 'wrong last sequence'],
  [10167, 429, 'too many requests'],
  [10202, 400, 'cluster member change is in progress'],
  // An error of the server's own, which has no code.
  [0, 503, 'raft: could not forward to leader'],
])('%i is waited for', (code, status, text) => {
  expect(explain(code, status, text)).toMatchObject({ retryable: true, message: expect.stringContaining(text) });
});

test.each([
  [10003, 400, 'bad request'],
  [10027, 400, 'maximum number of streams reached'],
  [10052, 500, 'stream configuration update can not change retention policy'],
  [10047, 500, 'insufficient storage resources available'],
  [10074, 500, 'replicas > 1 not supported in non-clustered mode'],
  [10065, 400, 'subjects overlap with an existing stream'],
  [10100, 400, 'filtered consumer not unique on workqueue stream'],
  [10110, 400, 'purge refused'],
])('%i is a refusal', (code, status, text) => {
  expect(explain(code, status, text)).toMatchObject({ retryable: false, message: expect.stringContaining(text) });
});

test('only a stored entry is a conflict, and not one that is in process', () => {
  expect(isWrongLastSequence(new JetStreamApiError({ code: 400, err_code: 10071, description: 'wrong last sequence: 5' }))).toBe(
    true,
  );
  expect(isWrongLastSequence(new JetStreamApiError({ code: 400, err_code: 10164, description: 'wrong last sequence' }))).toBe(
    false,
  );
});

test('people are told what to do', () => {
  expect(explain(10005, 400).message).toMatch(/SCALE_STREAM_REPLICAS/);
  expect(explain(10074, 500).message).toMatch(/SCALE_STREAM_REPLICAS to 1/);
  expect(explain(10077, 503).message).toMatch(/cannot take more.*max_bytes/);
  expect(explain(10047, 500).message).toMatch(/max_file_store/);
  expect(explain(10026, 400).message).toMatch(/max_consumers/);
  expect(explain(10027, 400).message).toMatch(/max_streams/);
});

import { JetStreamApiError } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import fc from 'fast-check';
import { errors } from 'nats';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { systemTiming } from '../../../../../services/shared/lifecycle/timing.ts';
import type { NatsSession } from '../../../../../services/shared/messaging/session/nats-session.ts';
import { createNatsLeaseStore } from '../../../../../services/shared/messaging/stores/nats-lease-store.ts';
import { createWaits } from '../../../../../services/shared/messaging/waits.ts';

const ttlMs = 600;
const logger = pino({ level: 'silent' });
const session = {
  link: { whileUp: (_operation: string, request: () => Promise<unknown>) => request(), isUp: () => true, reconnects: 0 },
  streams: { identityOf: async () => 'this one', lastIdentityOf: () => 'this one', underWay: async () => undefined },
  connection: { isClosed: () => false },
  waits: createWaits(logger, systemTiming),
  logger,
  deadlineMs: 1_000,
} as unknown as NatsSession;

const apiError = (status: number, code: number) =>
  new JetStreamApiError({ code: status, err_code: code, description: 'as the server says' });
const answers = {
  stored: undefined,
  'somebody came first': apiError(400, 10071),
  'one is in process': apiError(400, 10164),
  'no leader': apiError(503, 10008),
  'no answer': new errors.TimeoutError(),
};
type Answer = keyof typeof answers;
const anyAnswer = fc.constantFrom(...(Object.keys(answers) as Answer[]).filter((answer) => answer !== 'stored'));

/** A bucket that gives these answers in turn, the last one for ever, and whose entry is always ours. */
function answering(script: readonly Answer[]) {
  let requests = 0;
  let value = '';
  const bucket = {
    create: async (_key: string, given: string) => {
      value = given;
      return 1;
    },
    update: async () => {
      const answer = script[Math.min(requests, script.length - 1)] ?? 'stored';
      requests += 1;
      const error = answers[answer];
      if (error) throw error;
      return 2;
    },
    get: async () => {
      requests += 1;
      return { operation: 'PUT', revision: 1, string: () => value };
    },
  } as unknown as KV;
  return { bucket, requests: () => requests };
}

test('whatever the server says, a renewal asks a few times a second and ends in time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAnswer, { minLength: 1, maxLength: 6 }), async (script) => {
      const { bucket, requests } = answering(script);
      const lease = await createNatsLeaseStore(session, bucket, ttlMs).acquire('run-1', 'me');
      expect(await lease?.renew()).toBe(false);
      // Two thirds of the time with an attempt each 200 ms, of two requests at most.
      expect(requests()).toBeLessThanOrEqual(8);
    }),
    { numRuns: 6 },
  );
});

test('a renewal that is in process at first is renewed when it is asked for again', async () => {
  const { bucket } = answering(['somebody came first', 'one is in process', 'stored']);
  const lease = await createNatsLeaseStore(session, bucket, 3_000).acquire('run-1', 'me');
  expect(await lease?.renew()).toBe(true);
});

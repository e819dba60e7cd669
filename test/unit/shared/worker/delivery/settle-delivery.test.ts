import { expect, test, vi } from 'vitest';
import type { Result } from '../../../../../services/shared/contracts/generated/scale/v1/result.ts';
import { systemTiming, type Timing } from '../../../../../services/shared/lifecycle/timing.ts';
import type { Delivery } from '../../../../../services/shared/messaging/bus.ts';
import { createInMemoryServer } from '../../../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { meterAfter } from '../../../../../services/shared/models/attempt-meter.ts';
import { createLogger } from '../../../../../services/shared/telemetry/logger.ts';
import { createSpendingWriter } from '../../../../../services/shared/worker/calls/spending-writer.ts';
import { settleDelivery } from '../../../../../services/shared/worker/delivery/settle-delivery.ts';
import type { JobContext, JobOutcome } from '../../../../../services/shared/worker/job-work.ts';
import type { RunDirectory } from '../../../../../services/shared/worker/run-directory.ts';
import { executeJob, executionResult, modelCall } from '../../../../support/bus-messages.ts';
import { createManualTiming } from '../../../../support/manual-timing.ts';

const never = new AbortController().signal;
const job = executeJob('r', 'j');
const usage = { promptTokens: 9, completionTokens: 4, cachedTokens: 0, reasoningTokens: 0 };
const call = modelCall('c');
const done: JobOutcome = {
  outcome: { $case: 'execution', value: { answer: '12', score: 1, extracted: '12', otherScores: {} } },
  calls: [call],
};

/**
 * A job of one call, delivered for the first time; whether it is new is known once `isKnown` is called.
 * @param beforehand done before the call, and in place of it if it returns "is all"
 */
function deliverOne(
  beforehand: (context: JobContext) => unknown = () => undefined,
  { timing = systemTiming, heartbeat = async () => undefined }: { timing?: Timing; heartbeat?: Delivery['heartbeat'] } = {},
) {
  const bus = createInMemoryServer().connect();
  const said: string[] = [];
  const { promise: isNew, resolve: isKnown } = Promise.withResolvers<boolean>();
  const work = async (context: JobContext): Promise<JobOutcome> => {
    const { account, stored, journal, record, signal } = context;
    said.push(journal.size > 0 ? 'ready with the journal' : 'ready');
    if (journal.has(call.callId)) return done;
    if (beforehand(context) === 'is all') return done;
    const attempt = await meterAfter(account, stored).begin({ callId: call.callId, model: call.model }, usage);
    if (signal.aborted) attempt.ended('refused', { ...usage, promptTokens: 0, completionTokens: 0 }, false);
    signal.throwIfAborted();
    said.push('sent');
    attempt.ended('answered', usage, false);
    await record({ ...call, attemptId: attempt.id });
    return done;
  };
  const runs: Pick<RunDirectory, 'manifest' | 'cancelled' | 'moved' | 'paused' | 'context'> = {
    manifest: () => undefined,
    cancelled: () => never,
    moved: () => never,
    paused: () => never,
    context: async () => ({}) as never,
  };
  const delivery: Delivery = {
    ...{ job, deliveryCount: 1, isFirst: true },
    heartbeat,
    ack: async () => void said.push('acked'),
    retry: async () => void said.push('given back'),
    terminate: async () => void said.push('terminated'),
  };
  const settle = () =>
    settleDelivery(delivery, {
      ...{ bus, work, timing, workerName: 'w', ackWaitMs: 8_000, stopSignal: never },
      spending: createSpendingWriter(bus),
      runs: runs as RunDirectory,
      logger: createLogger({ service: 'test', version: '0', level: 'silent' }),
      isNew: () => isNew,
      isHere: () => false,
      shares: { heldUp: () => undefined, wentOn: () => undefined },
      alone: async () => ({ [Symbol.dispose]: () => undefined }),
    });
  const states = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { note } of bus.spending.read('r', { after: 0, follow: false }, never)) {
      found.push(...note.attempts.map(({ state }) => state));
    }
    return found;
  };
  return { bus, said, isKnown, settle, states };
}

test('a job is made ready and its attempt noted while it is looked at whether it is new; its call is sent after that', async () => {
  const { bus, said, isKnown, settle, states } = deliverOne();
  const settling = settle();
  await expect.poll(states).toEqual(['begun']);
  expect(said).toEqual(['ready']);
  isKnown(true);
  expect(await settling).toBe('done');
  expect(said).toEqual(['ready', 'sent', 'acked']);
  expect(await states()).toEqual(['begun', 'answered']);
  expect(await bus.results.get('r', 'j')).toBeDefined();
});

test('of a job that turns out to be done already nothing is sent, and the attempt that was noted has cost nothing', async () => {
  const { bus, said, isKnown, settle, states } = deliverOne();
  const earlier: Result = executionResult('r', 'j', 'executor-7', '7');
  await bus.results.put(earlier);
  const settling = settle();
  await expect.poll(states).toEqual(['begun']);
  isKnown(false);
  expect(await settling).toBe('already-done');
  expect(said).toEqual(['ready', 'acked']);
  expect(await states()).toEqual(['begun', 'refused']);
  expect((await bus.results.get('r', 'j'))?.worker).toBe('executor-7');
});

test('of a job that turns out to have been begun, the calls in the journal are not made again', async () => {
  const { bus, said, isKnown, settle, states } = deliverOne();
  await bus.journal.record('r', 'j', [call]);
  const settling = settle();
  await expect.poll(states).toEqual(['begun']);
  isKnown(false);
  expect(await settling).toBe('done');
  expect(said).toEqual(['ready', 'ready with the journal', 'acked']);
  expect(await states()).toEqual(['begun', 'refused']);
});

test('what is recorded before that is known does not take the place of what the journal has', async () => {
  const { bus, isKnown, settle, states } = deliverOne(({ record, stored }) => {
    void record({ ...call, text: 'of this delivery' });
    stored().catch(() => undefined);
  });
  await bus.journal.record('r', 'j', [{ ...call, text: 'of the one before' }]);
  const settling = settle();
  await expect.poll(states).toEqual(['begun']);
  isKnown(false);
  expect(await settling).toBe('done');
  expect((await bus.journal.read('r', 'j')).get(call.callId)?.text).toBe('of the one before');
});

/** As `deliverOne`, with time that passes when told, and a server that no heartbeat reaches. */
function deliverOneUnheard(beforehand?: (context: JobContext) => unknown) {
  const timing = createManualTiming();
  return { timing, ...deliverOne(beforehand, { timing, heartbeat: () => Promise.reject(new Error('the server is away')) }) };
}

test('a job that is lost while it is looked at whether it is new is left to whoever has it, also if it turns out to be known', async () => {
  for (const isNew of [true, false]) {
    const { bus, timing, said, isKnown, settle, states } = deliverOneUnheard();
    const settling = settle();
    await expect.poll(states).toEqual(['begun']);
    await timing.advance(20_000);
    isKnown(isNew);
    expect(await settling).toBe('lost');
    expect(said).toEqual(['ready']);
    await expect.poll(states).toEqual(['begun', 'refused']);
    expect(await bus.results.get('r', 'j')).toBeUndefined();
    await expect.poll(async () => (await bus.journal.starts('r', 'j')).map(({ givenBack }) => givenBack)).toEqual([true]);
  }
});

test('a job that needs no call and was lost by the time it is known is not done once more', async () => {
  const { bus, timing, said, isKnown, settle } = deliverOneUnheard(() => 'is all');
  const settling = settle();
  await expect.poll(() => said).toEqual(['ready']);
  await timing.advance(20_000);
  isKnown(false);
  expect(await settling).toBe('lost');
  expect(said).toEqual(['ready']);
  expect(await bus.results.get('r', 'j')).toBeUndefined();
});

test('a job that is lost while its result is looked for is not begun', async () => {
  const { bus, timing, said, isKnown, settle, states } = deliverOneUnheard();
  const { promise: found, resolve: answer } = Promise.withResolvers<undefined>();
  const asked = vi.spyOn(bus.results, 'get').mockReturnValueOnce(found);
  const settling = settle();
  await expect.poll(states).toEqual(['begun']);
  isKnown(false);
  await expect.poll(() => asked.mock.calls.length).toBe(1);
  await timing.advance(20_000);
  answer(undefined);
  expect(await settling).toBe('lost');
  expect(said).toEqual(['ready']);
  expect(await states()).toEqual(['begun', 'refused']);
});

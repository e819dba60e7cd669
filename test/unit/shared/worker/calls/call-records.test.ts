import { expect, test } from 'vitest';
import { ModelCall } from '../../../../../services/shared/contracts/generated/scale/v1/result.ts';
import { openCallRecords } from '../../../../../services/shared/worker/calls/call-records.ts';
import { createManualTiming } from '../../../../support/manual-timing.ts';

const job = { runId: 'r', jobId: 'j' };
const call = (callId: string) => ModelCall.fromPartial({ callId });

function journal() {
  const stored: string[] = [];
  let broken = false;
  return {
    stored,
    breakDown: (now: boolean) => {
      broken = now;
    },
    record: async (_run: string, _job: string, calls: readonly ModelCall[]) => {
      await Promise.resolve();
      if (broken) throw new Error('no bus');
      stored.push(calls.map(({ callId }) => callId).join('+'));
    },
  };
}

test('the last call of a job needs no journal: its result holds it', async () => {
  const store = journal();
  openCallRecords(store, job, createManualTiming()).record(call('a'));
  await Promise.resolve();
  expect(store.stored).toEqual([]);
});

test('what is held is stored once, before the job goes on', async () => {
  const store = journal();
  const records = openCallRecords(store, job, createManualTiming());
  records.record(call('a'));
  records.record(call('b'));
  await Promise.all([records.stored(), records.stored()]);
  expect(store.stored).toEqual(['a+b']);
  records.record(call('c'));
  await records.stored();
  expect(store.stored).toEqual(['a+b', 'c']);
});

test('whoever goes on waits for calls that others have sent', async () => {
  const store = journal();
  const records = openCallRecords(store, job, createManualTiming());
  records.record(call('a'));
  const sent = records.stored();
  expect(store.stored).toEqual([]);
  await records.stored();
  expect(store.stored).toEqual(['a']);
  await sent;
});

test('what could not be stored is held, and sent the next time', async () => {
  const store = journal();
  const records = openCallRecords(store, job, createManualTiming());
  records.record(call('a'));
  store.breakDown(true);
  await expect(records.stored()).rejects.toThrow('no bus');
  records.record(call('b'));
  store.breakDown(false);
  await records.stored();
  expect(store.stored.join('+').split('+').toSorted()).toEqual(['a', 'b']);
});

test('what ends beside other calls is stored after a moment, and not at all if the job has ended by then', async () => {
  const store = journal();
  const timing = createManualTiming();
  const records = openCallRecords(store, job, timing);
  records.record(call('a'));
  records.storedSoon();
  records.record(call('b'));
  records.storedSoon();
  await timing.advance(10);
  expect(store.stored).toEqual([]);
  await timing.advance(10);
  expect(store.stored).toEqual(['a+b']);
  records.record(call('c'));
  records.storedSoon();
  records[Symbol.dispose]();
  await timing.advance(1_000);
  expect(store.stored).toEqual(['a+b']);
});

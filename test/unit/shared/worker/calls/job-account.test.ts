import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { SpendingNote } from '../../../../../services/shared/contracts/generated/scale/v1/spending.ts';
import { systemTiming } from '../../../../../services/shared/lifecycle/timing.ts';
import { createInMemoryServer } from '../../../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { openJobAccount } from '../../../../../services/shared/worker/calls/job-account.ts';
import { createSpendingWriter } from '../../../../../services/shared/worker/calls/spending-writer.ts';
import { modelCall } from '../../../../support/bus-messages.ts';

const usage = { promptTokens: 9, completionTokens: 4, cachedTokens: 0, reasoningTokens: 0 };
const never = new AbortController().signal;

async function notesOf(bus: ReturnType<ReturnType<typeof createInMemoryServer>['connect']>): Promise<SpendingNote[]> {
  const notes: SpendingNote[] = [];
  for await (const { note } of bus.spending.read('r', { after: 0, follow: false }, never)) notes.push(note);
  return notes;
}

test('attempts of a delivery have ids of their own, and their ends are on record when the account is settled', async () => {
  const bus = createInMemoryServer().connect();
  const job = { runId: 'r', jobId: 'j' };
  const account = openJobAccount(createSpendingWriter(bus), job, systemTiming);
  const other = openJobAccount(createSpendingWriter(bus), job, systemTiming);
  const attempts = await Promise.all([account, account, other].map((each) => each.begin({ callId: 'c', model: 'm' }, usage)));
  expect(new Set(attempts.map(({ id }) => id)).size).toBe(3);
  attempts[0]?.ended('useless', usage, true);
  await account.settled();
  const noted = (await notesOf(bus)).flatMap((note) => note.attempts).map(({ attemptId, state }) => [attemptId, state]);
  expect(noted.slice(0, 3).map(([, state]) => state)).toEqual(['begun', 'begun', 'begun']);
  expect(noted.slice(3)).toEqual([[attempts[0]?.id, 'useless']]);
});

test('an attempt that has ended says how long it took, from when it may be sent; a part of a batch, which nobody waits for, does not', async () => {
  const bus = createInMemoryServer().connect();
  let nowMs = 1_000;
  const account = openJobAccount(createSpendingWriter(bus), { runId: 'r', jobId: 'j' }, { monotonicMs: () => nowMs });
  const sent = await account.begin({ callId: 'c', model: 'm' }, usage);
  nowMs += 250.4;
  sent.ended('answered', usage, false);
  const gathered = await account.begin({ callId: 'd', model: 'm', batched: { gather: async () => undefined } }, usage);
  nowMs += 3_600_000;
  gathered.ended('answered', usage, false);
  await account.settled();
  const noted = (await notesOf(bus)).flatMap((note) => note.attempts).map(({ callId, state, tookMs }) => [callId, state, tookMs]);
  expect(noted).toEqual([
    ['c', 'begun', undefined],
    ['c', 'answered', 250],
    ['d', 'begun', undefined],
    ['d', 'answered', undefined],
  ]);
});

test('a call from the journal is noted under the id of the attempt that made it, once', async () => {
  const bus = createInMemoryServer().connect();
  const account = openJobAccount(createSpendingWriter(bus), { runId: 'r', jobId: 'j' }, systemTiming);
  account.replayed({ ...modelCall('a/0'), attemptId: 'earlier/2' });
  account.replayed({ ...modelCall('a/0'), attemptId: 'earlier/2' });
  // Of a journal from before there were notes.
  account.replayed(modelCall('b/0'));
  await account.settled();
  const noted = (await notesOf(bus)).flatMap((note) => note.attempts);
  expect(noted).toMatchObject([{ attemptId: 'earlier/2', jobId: 'j', callId: 'a/0', state: 'answered' }]);
});

test('an end that cannot be noted is told when the account is settled, and not before', async () => {
  const bus = createInMemoryServer().connect();
  const account = openJobAccount(createSpendingWriter(bus), { runId: 'r', jobId: 'j' }, systemTiming);
  const attempt = await account.begin({ callId: 'c', model: 'm' }, usage);
  await bus.close();
  attempt.ended('answered', usage, false);
  await sleep(0);
  await expect(account.settled()).rejects.toThrow('closed');
});

test('an attempt that is to be gathered is said to be that before it is on record as begun', async () => {
  const bus = createInMemoryServer().connect();
  const account = openJobAccount(createSpendingWriter(bus), { runId: 'r', jobId: 'j' }, systemTiming);
  const gathered: string[] = [];
  const batched = {
    gather: async (attemptId: string) => {
      expect(await notesOf(bus)).toEqual([]);
      gathered.push(attemptId);
    },
  };
  const attempt = await account.begin({ callId: 'c', model: 'm', batched }, usage);
  expect(gathered).toEqual([attempt.id]);
  expect(await notesOf(bus)).toHaveLength(1);
});

test('a call begins when its note is stored, and not before', async () => {
  const acks: (() => void)[] = [];
  const note = () => new Promise<void>((resolve) => acks.push(resolve));
  const bus = { spending: { note, read: async function* () {} } };
  const account = openJobAccount(createSpendingWriter(bus), { runId: 'r', jobId: 'j' }, systemTiming);
  let begun = false;
  const call = account.begin({ callId: 'c', model: 'm' }, usage).then(() => {
    begun = true;
  });
  await sleep(0);
  expect(begun).toBe(false);
  acks[0]?.();
  await call;
});

test('what is noted while a message is on its way goes with the next one', async () => {
  const sent: SpendingNote[] = [];
  const acks: (() => void)[] = [];
  const writer = createSpendingWriter({
    spending: {
      note: (note) => {
        sent.push(note);
        return new Promise((resolve) => acks.push(resolve));
      },
      read: async function* () {},
    },
  });
  const attempt = (attemptId: string) => ({
    ...{ attemptId, jobId: 'j', callId: 'c', model: 'm', state: 'begun', usage, usageEstimated: true },
  });
  const stored: string[] = [];
  const note = (runId: string, id: string) => writer.note(runId, attempt(id)).then(() => void stored.push(id));
  const all = Promise.all([note('r', '1'), note('r', '2'), note('r', '3'), note('other', '4')]);
  expect(sent.map(({ runId, attempts }) => [runId, attempts.length])).toEqual([
    ['r', 1],
    ['other', 1],
  ]);
  acks[0]?.();
  await expect.poll(() => sent.length).toBe(3);
  expect(stored).toEqual(['1']);
  expect(sent[2]?.attempts.map(({ attemptId }) => attemptId)).toEqual(['2', '3']);
  for (const ack of acks) ack();
  await all;
});

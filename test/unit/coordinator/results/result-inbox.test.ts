import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openResultInbox } from '../../../../services/coordinator/results/result-inbox.ts';
import type { Result } from '../../../../services/shared/contracts/generated/scale/v1/result.ts';
import type { Bus } from '../../../../services/shared/messaging/bus.ts';
import { BusError } from '../../../../services/shared/messaging/errors.ts';
import { createInMemoryServer } from '../../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { createLogger } from '../../../../services/shared/telemetry/logger.ts';
import { executionResult } from '../../../support/bus-messages.ts';
import { createManualTiming } from '../../../support/manual-timing.ts';

const logger = createLogger({ service: 'test', version: '0', level: 'silent' });
const runId = 'r';
const never = new AbortController().signal;
const resultOf = (job: number): Result => executionResult(runId, `job-${job}`);

/** A store in which results are, and a follow that shows nothing: what arrives is put in by the test. */
function openInbox() {
  const bus = createInMemoryServer().connect();
  const arrived: string[] = [];
  const follow: Bus['results']['follow'] = (_, signal) => bus.results.follow('another-run', signal);
  const silent = { ...bus, results: { ...bus.results, follow } };
  const inbox = openResultInbox({
    ...{ bus: silent, runId, logger, timing: createManualTiming() },
    arrived: ({ jobId }) => arrived.push(jobId),
  });
  return { inbox, bus, arrived };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a result that was looked at is there for whoever looks next: an interruption loses nothing', async () => {
  const { inbox } = openInbox();
  inbox.accept(resultOf(1));
  expect((await inbox.result('job-1', never)).jobId).toBe('job-1');
  // The batch that it was for was never appended.
  expect((await inbox.result('job-1', never)).jobId).toBe('job-1');
  await inbox.stop();
});

test('a result that was released is read from the store if somebody asks after all, and never waited for', async () => {
  const { inbox, bus } = openInbox();
  await bus.results.put(resultOf(1));
  inbox.accept(resultOf(1));
  inbox.release(['job-1']);
  expect((await inbox.result('job-1', never)).jobId).toBe('job-1');
  await inbox.stop();
});

test('who waits when the inbox closes is told so', async () => {
  const { inbox } = openInbox();
  const waiting = inbox.result('job-1', never).catch((error: unknown) => error);
  await inbox.stop();
  expect(await waiting).toMatchObject({ message: 'the inbox of run r is closed' });
  await expect(inbox.result('job-1', never)).rejects.toThrow('closed');
});

type Step =
  | { readonly do: 'arrive' | 'ask' | 'release'; readonly job: number }
  | { readonly do: 'abort'; readonly asker: number }
  | { readonly do: 'turn' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('arrive' as const), job: fc.nat(5) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const), job: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), job: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('abort' as const), asker: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
);

test('in any order of arrivals, askers, interruptions and releases, nobody waits in vain, and nothing is lost or told twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { inbox, bus, arrived } = openInbox();
      const here = new Set<number>();
      const asked: { readonly job: number; readonly abort: AbortController; readonly end: Promise<string> }[] = [];
      for (const one of steps) {
        if (one.do === 'arrive') {
          await bus.results.put(resultOf(one.job));
          inbox.accept(resultOf(one.job));
          here.add(one.job);
        } else if (one.do === 'ask') {
          const abort = new AbortController();
          const end = inbox.result(`job-${one.job}`, abort.signal).then(
            ({ jobId }) => jobId,
            (error: unknown) => (error === abort.signal.reason ? 'interrupted' : String(error)),
          );
          asked.push({ job: one.job, abort, end });
        } else if (one.do === 'release') inbox.release([`job-${one.job}`]);
        else if (one.do === 'abort') asked[one.asker]?.abort.abort(new Error('interrupted'));
        else await turn();
      }
      // Whoever asked for what is here has it, or was interrupted; the others wait, until they are told that it is over.
      for (const { job, abort, end } of asked) {
        if (here.has(job)) expect([`job-${job}`, ...(abort.signal.aborted ? ['interrupted'] : [])]).toContain(await end);
      }
      await inbox.stop();
      for (const { job, abort, end } of asked) {
        if (!here.has(job)) expect(await end).toMatch(abort.signal.aborted ? /^interrupted$/ : /is closed$/);
      }
      expect(arrived.length).toBe(here.size);
      expect(new Set(arrived)).toEqual(new Set([...here].map((job) => `job-${job}`)));
    }),
    { numRuns: 3000 },
  );
});

/** An inbox that follows a store's results itself, on a clock that is moved by hand. */
function openFollowing(changeBus: (bus: Bus) => Bus = (bus) => bus) {
  const timing = createManualTiming();
  const server = createInMemoryServer({ timing });
  const bus = server.connect();
  const arrived: string[] = [];
  const inbox = openResultInbox({
    ...{ bus: changeBus(bus), runId, logger, timing },
    arrived: ({ jobId }) => arrived.push(jobId),
  });
  return { timing, server, bus, inbox, arrived };
}

test('results come in any order, and are given in the order in which they are asked for', async () => {
  const { timing, bus, inbox, arrived } = openFollowing();
  const given: string[] = [];
  const reading = (async () => {
    for (const job of [1, 2, 3]) given.push((await inbox.result(`job-${job}`, never)).jobId);
  })();
  for (const job of [3, 1]) await bus.results.put(resultOf(job));
  await timing.advance(0);
  expect(given).toEqual(['job-1']);
  await bus.results.put(resultOf(2));
  await timing.advance(0);
  await reading;
  expect(given).toEqual(['job-1', 'job-2', 'job-3']);
  expect(arrived).toEqual(['job-3', 'job-1', 'job-2']);
  await inbox.stop();
});

test('the first result of a job stands, whatever comes after it and by whichever way', async () => {
  const { timing, bus, inbox, arrived } = openFollowing();
  await bus.results.put(executionResult(runId, 'job-1', 'executor-1'));
  await bus.results.put(executionResult(runId, 'job-1', 'executor-2'));
  await timing.advance(0);
  inbox.accept(executionResult(runId, 'job-1', 'executor-3'));
  expect(await inbox.result('job-1', never)).toMatchObject({ worker: 'executor-1' });
  expect(arrived).toEqual(['job-1']);
  await inbox.stop();
});

test('a follow that breaks off is begun again after a pause, repeats itself, and tells nothing twice', async () => {
  let follows = 0;
  const breaking = (bus: Bus): Bus => ({
    ...bus,
    results: {
      ...bus.results,
      async *follow(id, signal) {
        follows += 1;
        for await (const result of bus.results.follow(id, signal)) {
          yield result;
          if (follows <= 2) throw new BusError('follow', 'the connection is lost');
        }
      },
    },
  });
  const { timing, bus, inbox, arrived } = openFollowing(breaking);
  for (const job of [1, 2, 3]) await bus.results.put(resultOf(job));
  await timing.advance(0);
  expect([follows, arrived.length]).toEqual([1, 1]);
  // Pauses of 100 and 200 ms.
  await timing.advance(99);
  expect(follows).toBe(1);
  await timing.advance(1 + 200);
  expect(follows).toBe(3);
  expect(arrived).toEqual(['job-1', 'job-2', 'job-3']);
  await inbox.stop();
  expect(timing.waiting()).toBe(0);
});

test('what a store that is made anew gets is heard too, and what it has lost is here for who has not released it', async () => {
  const { timing, server, bus, inbox, arrived } = openFollowing();
  for (const job of [1, 2]) await bus.results.put(resultOf(job));
  await timing.advance(0);
  inbox.release(['job-2']);
  server.wipe();
  await bus.results.put(resultOf(3));
  await bus.results.put(resultOf(1));
  await timing.advance(0);
  expect(arrived).toEqual(['job-1', 'job-2', 'job-3']);
  expect((await inbox.result('job-1', never)).jobId).toBe('job-1');
  await expect(inbox.result('job-2', never)).rejects.toThrow('the result of job-2 was here, and is gone from the store');
  await inbox.stop();
});

test('who waits leaves no listener at its signal, however the wait ends', async () => {
  const { timing, bus, inbox } = openFollowing();
  const interrupted = new AbortController();
  const { signal } = new AbortController();
  const [came, cut] = [inbox.result('job-1', signal), inbox.result('job-2', interrupted.signal)];
  const outcome = cut.catch((error: unknown) => error);
  await timing.advance(0);
  expect(getEventListeners(signal, 'abort').length).toBe(1);
  await bus.results.put(resultOf(1));
  interrupted.abort(new Error('interrupted'));
  await came;
  expect(await outcome).toMatchObject({ message: 'interrupted' });
  expect(getEventListeners(signal, 'abort').length + getEventListeners(interrupted.signal, 'abort').length).toBe(0);
  await inbox.stop();
});

test('says up to which result all are in the log, whatever the order in which they get there, and begins after those', async () => {
  const { timing, server, bus, inbox } = openFollowing();
  for (const job of [1, 2, 3, 4]) await bus.results.put(resultOf(job));
  await timing.advance(0);
  const sequences: number[] = [];
  for await (const { sequence } of bus.results.follow(runId, AbortSignal.timeout(50))) sequences.push(sequence);
  const [first = 0, second = 0, third = 0, fourth = 0] = sequences;
  expect(inbox.inLog()).toBeLessThan(first);
  inbox.logged(['job-2']);
  expect(inbox.inLog()).toBeLessThan(first);
  inbox.logged(['job-1']);
  expect(inbox.inLog()).toBe(third - 1);
  inbox.logged(['job-4', 'job-3']);
  expect(inbox.inLog()).toBe(fourth);
  await inbox.stop();
  const arrived: string[] = [];
  const later = openResultInbox({
    ...{ bus, runId, logger, timing, after: second },
    arrived: ({ jobId }) => arrived.push(jobId),
  });
  await timing.advance(0);
  expect(arrived).toEqual(['job-3', 'job-4']);
  expect(later.inLog()).toBe(third - 1);
  // A store that was made anew has not come so far: what it has is heard from the first on.
  server.wipe();
  await bus.results.put(resultOf(9));
  await timing.advance(0);
  expect(arrived).toEqual(['job-3', 'job-4', 'job-9']);
  await later.stop();
  const afterAll = openResultInbox({
    ...{ bus, runId, logger, timing, after: 1_000 },
    arrived: ({ jobId }) => arrived.push(jobId),
  });
  await timing.advance(0);
  expect(arrived.slice(3)).toEqual(['job-9']);
  await afterAll.stop();
});

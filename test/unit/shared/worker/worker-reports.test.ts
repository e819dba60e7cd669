import { expect, test } from 'vitest';
import { createInMemoryServer } from '../../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { createSilence, startWorkerReports } from '../../../../services/shared/worker/report-worker.ts';
import { createRunShares } from '../../../../services/shared/worker/run-shares.ts';
import { executeJob } from '../../../support/bus-messages.ts';
import { createManualTiming } from '../../../support/manual-timing.ts';

test('a share tells the jobs in flight, and of those the ones that are held up, until something gets done', () => {
  const shares = createRunShares();
  const [one, two, other] = [executeJob('r', 'one'), executeJob('r', 'two'), executeJob('s', 'one')];
  for (const job of [one, two, other]) shares.began(job);
  shares.heldUp(one, 'HTTP 503');
  expect(shares.list()).toEqual([
    { runId: 'r', jobsInFlight: 2, jobsHeldUp: 1, trouble: 'HTTP 503' },
    { runId: 's', jobsInFlight: 1, jobsHeldUp: 0, trouble: '' },
  ]);
  shares.wentOn(one);
  expect(shares.list()[0]).toMatchObject({ jobsHeldUp: 0, trouble: '' });
  for (const job of [one, two]) shares.ended(job);
  expect(shares.list().map(({ runId }) => runId)).toEqual(['s']);
  // A job that was redelivered ends twice.
  shares.ended(one);
  shares.heldUp(one, 'late');
  expect(shares.list()).toHaveLength(1);
});

test('an endpoint is silent since it last ended a call, and only while calls are under way', () => {
  const silence = createSilence();
  const look = (calls: number, inFlight: number, nowMs: number) =>
    silence.look({ endpoint: 'e', state: 'closed', inFlight, calls, lastError: undefined }, nowMs).silentMs;
  expect(look(4, 4, 0)).toBe(0);
  expect(look(4, 4, 2_000)).toBe(2_000);
  expect(look(5, 4, 4_000)).toBe(0);
  expect(look(5, 4, 6_000)).toBe(2_000);
  expect(look(5, 0, 8_000)).toBe(0);
  expect(look(6, 1, 60_000)).toBe(0);
});

test('a worker tells what it is at as soon as it is there; one that drains takes no kind of job, and two models at one address are one endpoint', async () => {
  const bus = createInMemoryServer().connect();
  const listening = new AbortController();
  const heard = bus.workers.follow(listening.signal)[Symbol.asyncIterator]();
  const first = heard.next();
  const model = { endpoint: 'e', state: 'closed', inFlight: 1, calls: 3, lastError: undefined };
  const settings = {
    ...{ name: 'w', kinds: ['execute'] as const, slots: 2, shares: () => [], timing: createManualTiming() },
    endpoints: () => [model, { ...model, state: 'open', lastError: 'HTTP 503' }],
  };
  using _taking = startWorkerReports(bus, { ...settings, takesJobs: () => true });
  const endpoint = { baseUrl: 'e', callsInFlight: 2, silentMs: 0, state: 'open', lastError: 'HTTP 503' };
  expect((await first).value).toEqual({ worker: 'w', kinds: ['execute'], slots: 2, runs: [], endpoints: [endpoint] });
  const second = heard.next();
  using _draining = startWorkerReports(bus, { ...settings, takesJobs: () => false });
  expect((await second).value).toMatchObject({ kinds: [] });
  let takesJobs = true;
  const ending = startWorkerReports(bus, { ...settings, takesJobs: () => takesJobs });
  expect((await heard.next()).value).toMatchObject({ kinds: ['execute'] });
  // One that has drained sooner than its next report is due says so all the same.
  takesJobs = false;
  const last = heard.next();
  ending[Symbol.dispose]();
  expect((await last).value).toMatchObject({ kinds: [] });
  listening.abort();
});

test('two models at one address share the slots there: their calls add up, and their limits do not', async () => {
  const bus = createInMemoryServer().connect();
  const listening = new AbortController();
  const heard = bus.workers.follow(listening.signal)[Symbol.asyncIterator]();
  const first = heard.next();
  const model = { endpoint: 'e', state: 'closed', inFlight: 3, calls: 9, lastError: undefined, limit: 8 };
  using _reports = startWorkerReports(bus, {
    ...{ name: 'w', kinds: ['execute'] as const, slots: 2, shares: () => [], timing: createManualTiming() },
    ...{ endpoints: () => [model, { ...model, limit: 6 }], takesJobs: () => true },
  });
  expect((await first).value).toMatchObject({ endpoints: [{ callsInFlight: 6, limit: 8, calls: 18 }] });
  listening.abort();
});

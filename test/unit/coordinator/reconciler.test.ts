import fc from 'fast-check';
import { expect, test } from 'vitest';
import { publishJobs, startReconciler } from '../../../services/coordinator/jobs/publish-jobs.ts';
import { openResultInbox } from '../../../services/coordinator/results/result-inbox.ts';
import type { Job } from '../../../services/shared/contracts/generated/scale/v1/job.ts';
import type { Bus } from '../../../services/shared/messaging/bus.ts';
import { BusError } from '../../../services/shared/messaging/errors.ts';
import { createInMemoryServer } from '../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { createLogger } from '../../../services/shared/telemetry/logger.ts';
import { executeJob, executionResult } from '../../support/bus-messages.ts';
import { createManualTiming } from '../../support/manual-timing.ts';

const logger = createLogger({ service: 'test', version: '0', level: 'silent' });
const everyMs = 1_000;
const runId = 'r';
const count = 6;
const never = new AbortController().signal;

type Fault =
  /** The queue forgets a job that a worker took. */
  | { readonly kind: 'lost'; readonly jobs: number }
  /** A job is done: its result is stored, and the queue has let it go. */
  | { readonly kind: 'done'; readonly jobs: number }
  /** Both, and the follower hears nothing of it. */
  | { readonly kind: 'unheard'; readonly jobs: number }
  | { readonly kind: 'wiped' }
  | { readonly kind: 'time passes' };

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('lost' as const, 'done' as const, 'unheard' as const),
    jobs: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ kind: fc.constant('wiped' as const) }),
  fc.record({ kind: fc.constant('time passes' as const) }),
);

/** A follower that hears only what it is given. */
function deaf(bus: Bus): Bus {
  const follow: Bus['results']['follow'] = (_, signal) => bus.results.follow('another-run', signal);
  return { ...bus, results: { ...bus.results, follow } };
}

test('whatever the queue and the follower lose, each job is queued or its result is here once time has passed, and none with a result is queued again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { maxLength: 12 }), async (faults) => {
      const timing = createManualTiming();
      const bus = createInMemoryServer().connect();
      const jobs = Array.from({ length: count }, (_, index) => executeJob(runId, `job-${index}`));
      const openLanes = () => bus.jobs.openLane('execute', runId, { maxInFlight: 100 });
      await openLanes();
      const stored = new Set<string>();
      const againWithResult: string[] = [];
      const watched: Bus = {
        ...deaf(bus),
        jobs: {
          ...bus.jobs,
          publish: async (job: Job) => {
            if (stored.has(job.jobId)) againWithResult.push(job.jobId);
            return await bus.jobs.publish(job);
          },
        },
      };
      const inbox = openResultInbox({ bus: watched, runId, logger, timing, arrived: () => undefined });
      await publishJobs(watched, jobs);
      const reconciler = startReconciler({
        ...{ bus: watched, runId, logger, inbox, jobs: () => jobs, openLanes, everyMs, timing },
      });
      for (const one of faults) {
        if (one.kind === 'time passes') await timing.advance(everyMs);
        else if (one.kind === 'wiped') await bus.jobs.closeLanes(runId);
        else {
          for (const delivery of await bus.jobs.pull('execute', runId, { max: one.jobs, waitMs: 0 }, never)) {
            const result = executionResult(runId, delivery.job.jobId);
            if (one.kind !== 'lost') {
              await bus.results.put(result);
              stored.add(result.jobId);
            }
            if (one.kind === 'done') inbox.accept(result);
            await delivery.ack();
          }
        }
      }
      await timing.advance(everyMs + 1);
      const queued = await bus.jobs.outstanding(runId);
      for (const { jobId } of jobs) expect(inbox.seen(jobId) !== queued.has(jobId), jobId).toBe(true);
      expect(stored.size).toBe(jobs.filter(({ jobId }) => inbox.seen(jobId)).length);
      expect(againWithResult).toEqual([]);
      await reconciler[Symbol.asyncDispose]();
      await inbox.stop();
    }),
    { numRuns: 1000, seed: Number(process.env.SCALE_TEST_SEED ?? 1) },
  );
});

/** A run's jobs, a queue that has lost what is told, and a look at it every second. */
async function startAround(changes: (bus: Bus) => Partial<Bus['jobs']>) {
  const timing = createManualTiming();
  const real = createInMemoryServer({ timing }).connect();
  let lanesOpened = 0;
  const openLanes = async (): Promise<void> => {
    lanesOpened += 1;
    await real.jobs.openLane('execute', runId, { maxInFlight: 100 });
  };
  await openLanes();
  const bus: Bus = { ...deaf(real), jobs: { ...real.jobs, ...changes(real) } };
  const jobs = ['a', 'b'].map((jobId) => executeJob(runId, jobId));
  const arrived: string[] = [];
  const inbox = openResultInbox({ bus, runId, logger, timing, arrived: ({ jobId }) => arrived.push(jobId) });
  const reconciler = startReconciler({ bus, runId, logger, timing, inbox, jobs: () => jobs, openLanes, everyMs });
  return { timing, bus, real, jobs, inbox, arrived, reconciler, lanesOpened: () => lanesOpened - 1 };
}

test('what is missing is queued again and what was unheard is heard, when the time has come and not before', async () => {
  const { timing, bus, real, jobs, inbox, arrived, reconciler, lanesOpened } = await startAround(() => ({}));
  await real.results.put(executionResult(runId, 'b'));
  await timing.advance(everyMs - 1);
  expect([await bus.jobs.outstanding(runId), arrived]).toEqual([new Set(), []]);
  await timing.advance(1);
  expect([await bus.jobs.outstanding(runId), arrived]).toEqual([new Set(['a']), ['b']]);
  expect(lanesOpened()).toBe(1);
  await timing.advance(everyMs);
  expect([lanesOpened(), jobs.length]).toEqual([1, 2]);
  await reconciler[Symbol.asyncDispose]();
  await inbox.stop();
  expect(timing.waiting()).toBe(0);
});

test('a lane in which jobs are stuck is opened again', async () => {
  const { timing, inbox, reconciler, bus, jobs, lanesOpened } = await startAround(() => ({ closeStuckLanes: async () => 1 }));
  await publishJobs(bus, jobs);
  await timing.advance(everyMs);
  expect(lanesOpened()).toBe(1);
  await reconciler[Symbol.asyncDispose]();
  await inbox.stop();
});

test('a look that fails is made again', async () => {
  let looks = 0;
  const { timing, bus, inbox, reconciler } = await startAround((real) => ({
    outstanding: async (id) => {
      looks += 1;
      if (looks === 1) throw new BusError('list jobs', 'the server did not answer');
      return await real.jobs.outstanding(id);
    },
  }));
  await timing.advance(everyMs);
  expect(looks).toBe(1);
  await timing.advance(everyMs + 200);
  expect(looks).toBe(2);
  expect((await bus.jobs.outstanding(runId)).size).toBe(2);
  await reconciler[Symbol.asyncDispose]();
  await inbox.stop();
});

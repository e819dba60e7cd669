import { afterAll, beforeAll, expect, test } from 'vitest';
import { randomStream } from '../../../../services/domain/random.ts';
import { createJobLanes, type Lane } from '../../../../services/shared/worker/job-lanes.ts';
import { createCreepingTiming } from '../../../support/creeping-timing.ts';
import { quickRandom } from '../../../support/quick-random.ts';

// What is made is thrown away unread, tens of thousands of times.
const { stackTraceLimit } = Error;
beforeAll(() => {
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

/** Others each time. SCALE_SCHEDULES sets how many: five times as many take a minute. */
const schedules = Number(process.env.SCALE_SCHEDULES ?? 20_000);

interface Queue {
  readonly lane: Lane;
  waitingJobs: number;
  isPaused: boolean;
  isCancelled: boolean;
  /** Ends the wait of a pull for which there was nothing. */
  arrived: () => void;
}

/** What became of one made-up schedule of arrivals, pauses, failing pulls and jobs of any length. */
async function play(seed: number): Promise<string | undefined> {
  const random = quickRandom(seed);
  const timing = createCreepingTiming(random, 0.05);
  const stop = new AbortController();
  const among = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  const slots = among(1, 4);
  const queues = Array.from(
    { length: among(1, 5) },
    (_, index): Queue => ({
      lane: { runId: `${index}`, kind: 'execute' },
      waitingJobs: 0,
      isPaused: false,
      isCancelled: false,
      arrived: () => undefined,
    }),
  );
  let [inFlight, jobsLeft, most] = [0, 0, 0];
  let jobsMayEnd = true;
  let trouble: string | undefined;

  const begin = (queue: Queue): void => {
    queue.waitingJobs -= 1;
    inFlight += 1;
    most = Math.max(most, inFlight);
    if (inFlight > slots) trouble = `${inFlight} jobs in flight in ${slots} slots`;
    if (!jobsMayEnd) return;
    timing.after(random() * 5, () => {
      inFlight -= 1;
      jobsLeft -= 1;
      lanes.ended(queue.lane);
    });
  };
  const lanes = createJobLanes(
    {
      slots,
      wanted: () => queues.filter(({ isPaused, isCancelled }) => !isPaused && !isCancelled).map(({ lane }) => lane),
      pull: async ({ runId }, { max, waitMs, began }) => {
        const queue = queues[Number(runId)] as Queue;
        await timing.sleep(random(), stop.signal);
        if (jobsMayEnd && random() < 0.05) throw new Error('the bus is away');
        if (queue.waitingJobs === 0) {
          await new Promise<void>((resolve) => {
            queue.arrived = resolve;
            timing.after(waitMs, resolve);
          });
        }
        const taken = Math.min(max, queue.waitingJobs);
        for (let job = 0; job < taken; job += 1) {
          began();
          begin(queue);
        }
      },
      failed: () => timing.sleep(3, stop.signal).catch(() => undefined),
    },
    stop.signal,
  );
  const arrive = (queue: Queue, count: number): void => {
    if (queue.isCancelled) {
      jobsLeft -= count;
      return;
    }
    queue.waitingJobs += count;
    queue.arrived();
  };
  const pause = (queue: Queue, isPaused: boolean): void => {
    queue.isPaused = isPaused;
    lanes.refresh();
  };

  const cancel = (queue: Queue): void => {
    queue.isCancelled = true;
    jobsLeft -= queue.waitingJobs;
    queue.waitingJobs = 0;
    lanes.refresh();
  };

  for (const queue of queues) {
    if (queue !== queues[0] && random() < 0.3) timing.after(random() * 20, () => cancel(queue));
    for (let batch = among(0, 2); batch > 0; batch -= 1) {
      const count = among(1, 4);
      jobsLeft += count;
      timing.after(random() * 20, () => arrive(queue, count));
    }
    for (let pauses = among(0, 2); pauses > 0; pauses -= 1) {
      const at = random() * 20;
      timing.after(at, () => pause(queue, true));
      timing.after(at + random() * 5, () => pause(queue, false));
    }
  }
  lanes.refresh();
  // The last pause is over by then, and everything that is due has come.
  timing.after(26, () => {
    for (const queue of queues) pause(queue, false);
  });
  for (let steps = 0; steps < 1_000 && (jobsLeft > 0 || steps < 20); steps += 1) await timing.step();
  if (jobsLeft > 0) return `${jobsLeft} jobs are left, ${inFlight} in flight, and nobody takes them`;

  // One run with more than enough to do gets all slots but those that the others ask with, and those that are over ask no more.
  const idle = queues.slice(1).filter(({ isCancelled }) => !isCancelled && random() < 0.5);
  for (const queue of queues.slice(1)) pause(queue, !idle.includes(queue));
  jobsMayEnd = false;
  most = 0;
  arrive(queues[0] as Queue, 2 * slots);
  const expected = Math.max(1, slots - idle.length);
  for (let steps = 0; steps < 300 && most < expected; steps += 1) await timing.step();
  stop.abort();
  return trouble ?? (most < expected ? `one busy run gets ${most} of ${slots} slots beside ${idle.length} idle ones` : undefined);
}

test('whatever comes, pauses and fails when, no job is left lying, no slot is lost, and none is given twice', async () => {
  const first = Math.floor(randomStream(Date.now(), 'schedules').next() * 0x3fffffff);
  for (let seed = first; seed < first + schedules; seed += 1) {
    const trouble = await play(seed);
    if (trouble !== undefined) expect.fail(`schedule ${seed}: ${trouble}`);
  }
}, 300_000);

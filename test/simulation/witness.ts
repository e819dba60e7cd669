import { RunStatus } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import type { Job } from '../../services/shared/contracts/generated/scale/v1/job.ts';
import type { Timing } from '../../services/shared/lifecycle/timing.ts';
import type { Bus, Delivery } from '../../services/shared/messaging/bus.ts';
import type { JobContext } from '../../services/shared/worker/job-work.ts';
import type { Served } from './made-up-work.ts';

/** What the server and the model have seen of a run. */
export interface Evidence {
  /** Calls that the model's server has counted. */
  readonly served: readonly Served[];
  /** Ids of all jobs that were ever queued. */
  readonly published: ReadonlySet<string>;
  /**
   * Calls that were recorded, as whoever made them was told, and that the journal did not hold when it was read next, or that the
   * next delivery of their job did not know.
   */
  readonly forgottenCalls: readonly string[];
  /** Jobs whose work began although the store had their result before they were delivered. */
  readonly askedAnswered: readonly string[];
  /** Jobs that were acknowledged while their run went on and the store had no result of them. */
  readonly ackedUnanswered: readonly string[];
  /** Jobs that were delivered again before anything had gone wrong: somebody does them twice, and pays twice. */
  readonly deliveredAgain: readonly string[];
  /** How often the store was lost. */
  readonly wipes: number;
}

/** Hears what the model's server counts, what workers send, and what they have been told is in the journal. */
export interface SimulatedModel {
  served(call: Served): void;
  recorded(job: Job, callId: string): void;
  /** A call is made for a delivery of a job. */
  sent(context: Pick<JobContext, 'job' | 'journal'>): void;
}

export interface Witness {
  readonly evidence: Evidence;
  readonly model: SimulatedModel;
  /** The store is about to be lost: what it was told is forgotten rightly. */
  wiped(): void;
  /** A client's bus as it was, whose calls are seen where the server does them. */
  watch(bus: Bus): Bus;
  /** The same of one whose reads may be stale, and show nothing. */
  watchWrites(bus: Bus): Bus;
}

/**
 * @param observer the server itself, in which the witness looks things up
 * @param isPeaceful nothing has gone wrong yet: no process has died or stood still, and no call was lost
 */
export function createWitness(runId: string, observer: Bus, time: Timing, isPeaceful: () => boolean): Witness {
  const served: Served[] = [];
  const published = new Set<string>();
  const forgottenCalls: string[] = [];
  const askedAnswered: string[] = [];
  const ackedUnanswered: string[] = [];
  const deliveredAgain: string[] = [];
  const recordedAtMs = new Map<string, number>();
  const storedAtMs = new Map<string, number>();
  const deliveredAtMs = new WeakMap<Job, number>();
  /** How often the store had been lost when the job was delivered. */
  const storeOf = new WeakMap<Job, number>();
  /** Jobs in the queue that came into a store which did not know the run. */
  const orphans = new Set<string>();
  let wipes = 0;
  /** For as long as it was never lost, the store knows whatever run has jobs. */
  const isRunKnown = async (): Promise<boolean> => wipes === 0 || (await observer.runs.get(runId)) !== undefined;

  const expectKnown = (jobId: string, recordedBeforeMs: number, known: ReadonlyMap<string, unknown>): void => {
    for (const [call, atMs] of recordedAtMs) {
      const isOfJob = call.startsWith(`${jobId}/`) && atMs < recordedBeforeMs;
      if (isOfJob && !known.has(call.slice(jobId.length + 1))) forgottenCalls.push(call);
    }
  };
  /** @param store which one the job came from, by how often it had been lost then */
  const acknowledge = async ({ job: { jobId }, ack }: Delivery, store: number): Promise<void> => {
    const status = store === wipes ? (await observer.runs.get(runId))?.status : undefined;
    if (status === RunStatus.RUNNING && !(await observer.results.get(runId, jobId))) ackedUnanswered.push(jobId);
    await ack();
  };

  /**
   * What work from before a loss leaves in the store after it is not looked for by whoever begins the run anew; nor is what a
   * leader queues who has not noticed the loss yet, in a store that does not know the run.
   */
  const isOfPresentStore = (job: Job): boolean => storeOf.get(job) === wipes;

  const watchWrites = (bus: Bus, inHand: ReadonlyMap<string, Job> = new Map()): Bus => ({
    ...bus,
    results: {
      ...bus.results,
      put: async (result) => {
        const outcome = await bus.results.put(result);
        const job = inHand.get(result.jobId);
        if (outcome === 'stored' && job && isOfPresentStore(job)) storedAtMs.set(result.jobId, time.monotonicMs());
        return outcome;
      },
    },
    jobs: {
      ...bus.jobs,
      publish: async (job) => {
        published.add(job.jobId);
        const isKnown = await isRunKnown();
        const outcome = await bus.jobs.publish(job);
        if (outcome === 'queued' && isKnown) orphans.delete(job.jobId);
        else if (outcome === 'queued') orphans.add(job.jobId);
        return outcome;
      },
    },
  });
  const watch = (bus: Bus): Bus => {
    const inHand = new Map<string, Job>();
    const watched = watchWrites(bus, inHand);
    return {
      ...watched,
      journal: {
        ...bus.journal,
        read: async (ofRun, jobId) => {
          const calls = await bus.journal.read(ofRun, jobId);
          expectKnown(jobId, Number.POSITIVE_INFINITY, calls);
          return calls;
        },
      },
      jobs: {
        ...watched.jobs,
        pull: async (...asked) => {
          const deliveries = await bus.jobs.pull(...asked);
          const store = wipes;
          const isKnown = await isRunKnown();
          for (const { job, deliveryCount } of deliveries) {
            if (deliveryCount > 1 && isPeaceful()) deliveredAgain.push(job.jobId);
            deliveredAtMs.set(job, time.monotonicMs());
            if (isKnown && !orphans.has(job.jobId)) storeOf.set(job, store);
            inHand.set(job.jobId, job);
          }
          return deliveries.map((delivery) => ({ ...delivery, ack: () => acknowledge(delivery, store) }));
        },
      },
    };
  };

  return {
    watch,
    watchWrites: (bus) => watchWrites(bus),
    evidence: {
      ...{ served, published, forgottenCalls, askedAnswered, ackedUnanswered, deliveredAgain },
      get wipes() {
        return wipes;
      },
    },
    wiped() {
      wipes += 1;
      recordedAtMs.clear();
      storedAtMs.clear();
    },
    model: {
      served: (call) => void served.push(call),
      recorded(job, callId) {
        if (isOfPresentStore(job)) recordedAtMs.set(`${job.jobId}/${callId}`, time.monotonicMs());
      },
      sent({ job, journal }) {
        const { jobId } = job;
        const deliveredMs = deliveredAtMs.get(job) ?? 0;
        if ((storedAtMs.get(jobId) ?? deliveredMs) < deliveredMs) askedAnswered.push(jobId);
        expectKnown(jobId, deliveredMs, journal);
      },
    },
  };
}

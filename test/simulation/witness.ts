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
  readonly startedAnswered: readonly string[];
  /** Jobs that were acknowledged while their run went on and the store had no result of them. */
  readonly ackedUnanswered: readonly string[];
}

/** Hears what the model's server counts, what workers begin, and what they have been told is in the journal. */
export interface SimulatedModel {
  served(call: Served): void;
  recorded(jobId: string, callId: string): void;
  /** Work at a delivery of a job begins. */
  started(context: Pick<JobContext, 'job' | 'journal'>): void;
}

export interface Witness {
  readonly evidence: Evidence;
  readonly model: SimulatedModel;
  /** A client's bus as it was, whose calls are seen where the server does them. */
  watch(bus: Bus): Bus;
}

/** @param observer the server itself, in which the witness looks things up */
export function createWitness(runId: string, observer: Bus, time: Timing): Witness {
  const served: Served[] = [];
  const published = new Set<string>();
  const forgottenCalls: string[] = [];
  const startedAnswered: string[] = [];
  const ackedUnanswered: string[] = [];
  const recordedAtMs = new Map<string, number>();
  const storedAtMs = new Map<string, number>();
  const deliveredAtMs = new WeakMap<Job, number>();

  const expectKnown = (jobId: string, recordedBeforeMs: number, known: ReadonlyMap<string, unknown>): void => {
    for (const [call, atMs] of recordedAtMs) {
      const isOfJob = call.startsWith(`${jobId}/`) && atMs < recordedBeforeMs;
      if (isOfJob && !known.has(call.slice(jobId.length + 1))) forgottenCalls.push(call);
    }
  };
  const acknowledge = async ({ job: { jobId }, ack }: Delivery): Promise<void> => {
    const status = (await observer.runs.get(runId))?.status;
    if (status === RunStatus.RUNNING && !(await observer.results.get(runId, jobId))) ackedUnanswered.push(jobId);
    await ack();
  };

  return {
    evidence: { served, published, forgottenCalls, startedAnswered, ackedUnanswered },
    model: {
      served: (call) => void served.push(call),
      recorded: (jobId, callId) => void recordedAtMs.set(`${jobId}/${callId}`, time.monotonicMs()),
      started({ job, journal }) {
        const { jobId } = job;
        const deliveredMs = deliveredAtMs.get(job) ?? 0;
        if ((storedAtMs.get(jobId) ?? deliveredMs) < deliveredMs) startedAnswered.push(jobId);
        expectKnown(jobId, deliveredMs, journal);
      },
    },
    watch: (bus) => ({
      ...bus,
      results: {
        ...bus.results,
        put: async (result) => {
          const outcome = await bus.results.put(result);
          if (outcome === 'stored') storedAtMs.set(result.jobId, time.monotonicMs());
          return outcome;
        },
      },
      journal: {
        ...bus.journal,
        read: async (ofRun, jobId) => {
          const calls = await bus.journal.read(ofRun, jobId);
          expectKnown(jobId, Number.POSITIVE_INFINITY, calls);
          return calls;
        },
      },
      jobs: {
        ...bus.jobs,
        publish: (job) => {
          published.add(job.jobId);
          return bus.jobs.publish(job);
        },
        pull: async (...asked) => {
          const deliveries = await bus.jobs.pull(...asked);
          for (const { job } of deliveries) deliveredAtMs.set(job, time.monotonicMs());
          return deliveries.map((delivery) => ({ ...delivery, ack: () => acknowledge(delivery) }));
        },
      },
    }),
  };
}

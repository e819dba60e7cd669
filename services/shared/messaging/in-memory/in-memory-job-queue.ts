import { defined } from '../../../domain/defined.ts';
import { decodeJob, encodeJob } from '../../contracts/job-codec.ts';
import { presentTraceparent } from '../../telemetry/tracing.ts';
import type { Delivery, JobKind, JobQueue } from '../bus.ts';
import { InvalidRequestError } from '../errors.ts';
import { laneName, subjects } from '../subjects-and-streams.ts';
import { type Client, type InMemoryPart, requireOpen, type World } from './in-memory-world.ts';

interface QueuedJob {
  readonly sequence: number;
  readonly kind: JobKind;
  readonly runId: string;
  readonly jobId: string;
  readonly bytes: Uint8Array;
  /** When it was queued, by the wall clock. */
  readonly atMs: number;
  readonly traceparent: string | undefined;
  deliveries: number;
  /** Since it was queued, all deliveries have been counted: the server has not been started again. */
  isCounted: boolean;
  /** Ready for delivery; otherwise delivered, or waiting for its delay. */
  ready: boolean;
  cancelTimer: (() => void) | undefined;
}

export interface InMemoryJobs extends InMemoryPart<JobQueue> {
  /** The jobs that are queued or in progress, encoded. */
  queued(): Uint8Array[];
  /** Delivers a run's jobs in progress once more, now; returns how many. */
  redeliver(runId: string): number;
  /**
   * As a server that was killed and started again may do: it has forgotten what it had delivered, and counts from 1 again. All
   * that is queued stays.
   */
  forgetDeliveries(): void;
  /** The message that a delivery of this queue is of: the same in all copies of the store. */
  messageOf(delivery: Delivery): QueuedMessage | undefined;
  /** The delivery of a message that another copy of the store has made, as one of this one. */
  adopt(client: Client, delivery: Delivery, message: QueuedMessage): Delivery;
}

export interface QueuedMessage {
  readonly subject: string;
  readonly sequence: number;
}

const missingLanePauseMs = 200;
const unseen = { deliveries: 0, isCounted: true, ready: true, cancelTimer: undefined } as const;

export interface InMemoryJobsSettings {
  /** How long a delivery lives without a heartbeat. */
  readonly ackWaitMs: number;
  /** In a cluster the queue may move to another node unnoticed, so that no count of deliveries is believed. */
  readonly inCluster: boolean;
}

export function createInMemoryJobs(world: World, { ackWaitMs, inCluster }: InMemoryJobsSettings): InMemoryJobs {
  const queue = world.shelf<QueuedJob>((queued) => ({ ...queued, cancelTimer: undefined }));
  /** maxInFlight by lane. */
  const lanes = world.shelf<number>();
  const bell = world.hangBell();
  const messages = new WeakMap<Delivery['job'], QueuedMessage>();

  const makeReady = (queued: QueuedJob): void => {
    queued.cancelTimer?.();
    queued.cancelTimer = undefined;
    queued.ready = true;
    bell.ring();
  };
  const remove = (subject: string, queued: QueuedJob) => {
    queued.cancelTimer?.();
    if (queue.get(subject) === queued) queue.delete(subject);
    bell.ring();
  };
  const readyAfter = (queued: QueuedJob, delayMs: number) => {
    queued.cancelTimer?.();
    queued.ready = false;
    queued.cancelTimer = world.timing.after(delayMs, () => makeReady(queued));
  };

  /** How a worker settles a message that it was given. */
  const settling = (client: Client, { subject, sequence }: QueuedMessage) => {
    let settled = false;
    const present = (): QueuedJob | undefined => {
      const there = queue.get(subject);
      return there?.sequence === sequence ? there : undefined;
    };
    const settle = async (verb: string, action: (queued: QueuedJob) => void) => {
      settled = true;
      requireOpen(client, `${verb} ${subject}`);
      // As on the server, this is not fenced by delivery: a worker that is presumed dead can still settle the job.
      const queued = present();
      if (queued) action(queued);
    };
    return {
      heartbeat: async () => {
        requireOpen(client, `heartbeat ${subject}`);
        const queued = settled ? undefined : present();
        if (queued && !queued.ready) readyAfter(queued, ackWaitMs);
      },
      ack: () => settle('ack', (queued) => remove(subject, queued)),
      retry: (delayMs: number) => settle('retry', (queued) => (delayMs > 0 ? readyAfter(queued, delayMs) : makeReady(queued))),
      terminate: () => settle('terminate', (queued) => remove(subject, queued)),
    };
  };
  const deliver = (client: Client, subject: string, queued: QueuedJob): Delivery => {
    queued.deliveries += 1;
    readyAfter(queued, ackWaitMs);
    const message = { subject, sequence: queued.sequence };
    const job = decodeJob(queued.bytes);
    messages.set(job, message);
    return {
      job,
      deliveryCount: queued.deliveries,
      isFirst: queued.deliveries === 1 && queued.isCounted && !inCluster,
      ...defined({ traceparent: queued.traceparent }),
      ...settling(client, message),
    };
  };

  const take = (client: Client, kind: JobKind, runId: string, max: number): Delivery[] => {
    const cap = lanes.get(laneName(kind, runId));
    if (cap === undefined) return [];
    const ofLane = [...queue].filter(([, queued]) => queued.kind === kind && queued.runId === runId);
    // As on the server: a job that was delivered keeps its place under the cap until it is settled, so that it comes again before
    // new ones, also under a cap that has been lowered meanwhile.
    const delivered = ofLane.filter(([, queued]) => queued.deliveries > 0);
    const fresh = ofLane.filter(([, queued]) => queued.deliveries === 0).slice(0, Math.max(0, cap - delivered.length));
    return [...delivered.filter(([, queued]) => queued.ready), ...fresh]
      .slice(0, max)
      .map(([subject, queued]) => deliver(client, subject, queued));
  };

  const open = (client: Client): JobQueue => ({
    async publish(job) {
      const kind = job.work?.$case;
      if (!kind) throw new InvalidRequestError(`publish job ${job.jobId}`, 'it has no work');
      const subject = subjects.job(kind, job.runId, job.jobId);
      requireOpen(client, `publish ${subject}`);
      if (queue.has(subject)) return 'already-queued';
      const { runId, jobId } = job;
      const message = { bytes: encodeJob(job), atMs: world.timing.wallMs(), traceparent: presentTraceparent() };
      queue.set(subject, { ...{ sequence: world.nextSequence(), kind, runId, jobId }, ...message, ...unseen });
      bell.ring();
      return 'queued';
    },

    async openLane(kind, runId, { maxInFlight }) {
      const operation = `open lane ${kind} of ${runId}`;
      requireOpen(client, operation);
      if (!(Number.isInteger(maxInFlight) && maxInFlight > 0)) {
        throw new InvalidRequestError(operation, `maxInFlight must be a positive integer, but is ${maxInFlight}`);
      }
      lanes.set(laneName(kind, runId), maxInFlight);
      bell.ring();
    },

    async closeLanes(runId) {
      requireOpen(client, `close lanes of ${runId}`);
      for (const kind of ['execute', 'predict', 'propose'] as const) lanes.delete(laneName(kind, runId));
      for (const [subject, queued] of [...queue]) if (queued.runId === runId) remove(subject, queued);
    },

    async pull(kind, runId, { max, waitMs, arrived }, signal) {
      const lane = laneName(kind, runId);
      const deadline = world.timing.monotonicMs() + (lanes.has(lane) ? waitMs : Math.min(waitMs, missingLanePauseMs));
      while (!signal.aborted) {
        requireOpen(client, `pull from ${lane}`);
        const deliveries = take(client, kind, runId, max);
        const leftMs = deadline - world.timing.monotonicMs();
        for (const delivery of deliveries) arrived?.(delivery);
        if (deliveries.length > 0 || leftMs <= 0) return deliveries;
        await bell.change(signal, leftMs);
      }
      return [];
    },

    async closeStuckLanes(runId) {
      requireOpen(client, `look at the lanes of ${runId}`);
      // This queue keeps no position that it could lose.
      const kinds = new Set([...queue.values()].filter((queued) => queued.runId === runId).map(({ kind }) => kind));
      return [...kinds].filter((kind) => !lanes.has(laneName(kind, runId))).length;
    },

    async count(kind, runId) {
      requireOpen(client, `count jobs of ${runId}`);
      const ofLane = [...queue.values()].filter((queued) => queued.kind === kind && queued.runId === runId);
      // What was given to a worker before the lane was closed has lost its place with it.
      const inProgress = lanes.has(laneName(kind, runId)) ? ofLane.filter(({ deliveries }) => deliveries > 0).length : 0;
      return { queued: ofLane.length - inProgress, inProgress };
    },

    // Only an administrator of a real server pauses any.
    pausedLanes: async () => new Map(),

    async waitingSince(runId) {
      requireOpen(client, `look at the queue of ${runId}`);
      const waiting = [...queue.values()].filter((queued) => queued.runId === runId && queued.deliveries === 0);
      const oldest = new Map<JobKind, number>();
      for (const { kind, atMs } of waiting) {
        if (lanes.has(laneName(kind, runId))) oldest.set(kind, Math.min(atMs, oldest.get(kind) ?? atMs));
      }
      return oldest;
    },

    async outstanding(runId) {
      requireOpen(client, `list jobs of ${runId}`);
      return new Set([...queue.values()].filter((queued) => queued.runId === runId).map((queued) => queued.jobId));
    },
  });

  return {
    open,
    queued: () => [...queue.values()].map(({ bytes }) => bytes),
    redeliver(runId) {
      const inFlight = [...queue.values()].filter((queued) => queued.runId === runId && !queued.ready);
      for (const queued of inFlight) makeReady(queued);
      return inFlight.length;
    },
    forgetDeliveries() {
      for (const queued of queue.values()) {
        queued.deliveries = 0;
        queued.isCounted = false;
        makeReady(queued);
      }
    },
    messageOf: ({ job }) => messages.get(job),
    adopt: (client, delivery, message) => ({ ...delivery, ...settling(client, message) }),
    wipe() {
      for (const queued of queue.values()) queued.cancelTimer?.();
      queue.clear();
      lanes.clear();
    },
  };
}

import { defined } from '../../domain/defined.ts';
import { decodeJob, encodeJob } from '../contracts/job-codec.ts';
import { presentTraceparent } from '../telemetry/tracing.ts';
import type { Delivery, JobKind, JobQueue } from './bus.ts';
import { InvalidRequestError } from './errors.ts';
import { type Client, type InMemoryPart, requireOpen, type World } from './in-memory-world.ts';
import { laneName, subjects } from './subjects-and-streams.ts';

interface QueuedJob {
  readonly kind: JobKind;
  readonly runId: string;
  readonly jobId: string;
  readonly bytes: Uint8Array;
  /** When it was queued, by the wall clock. */
  readonly atMs: number;
  readonly traceparent: string | undefined;
  deliveries: number;
  /** Ready for delivery; otherwise delivered, or waiting for its delay. */
  ready: boolean;
  cancelTimer: (() => void) | undefined;
}

export interface InMemoryJobs extends InMemoryPart<JobQueue> {
  /** The jobs that are queued or in progress, encoded. */
  queued(): Uint8Array[];
  /** Delivers a run's jobs in progress once more, now; returns how many. */
  redeliver(runId: string): number;
}

const missingLanePauseMs = 200;

/** @param ackWaitMs how long a delivery lives without a heartbeat */
export function createInMemoryJobs(world: World, ackWaitMs: number): InMemoryJobs {
  const queue = new Map<string, QueuedJob>();
  /** maxInFlight by lane. */
  const lanes = new Map<string, number>();
  const bell = world.hangBell();

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

  const deliver = (client: Client, subject: string, queued: QueuedJob): Delivery => {
    queued.deliveries += 1;
    readyAfter(queued, ackWaitMs);
    let settled = false;
    const settle = async (verb: string, action: () => void) => {
      settled = true;
      requireOpen(client, `${verb} ${subject}`);
      // As on the server, this is not fenced by delivery: a worker that is presumed dead can still settle the job.
      if (queue.get(subject) === queued) action();
    };
    return {
      job: decodeJob(queued.bytes),
      deliveryCount: queued.deliveries,
      isFirst: queued.deliveries === 1,
      ...defined({ traceparent: queued.traceparent }),
      heartbeat: async () => {
        requireOpen(client, `heartbeat ${subject}`);
        if (!settled && !queued.ready && queue.get(subject) === queued) readyAfter(queued, ackWaitMs);
      },
      ack: () => settle('ack', () => remove(subject, queued)),
      retry: (delayMs) => settle('retry', () => (delayMs > 0 ? readyAfter(queued, delayMs) : makeReady(queued))),
      terminate: () => settle('terminate', () => remove(subject, queued)),
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
      queue.set(subject, { ...{ kind, runId, jobId }, ...message, deliveries: 0, ready: true, cancelTimer: undefined });
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

    async pull(kind, runId, { max, waitMs }, signal) {
      const lane = laneName(kind, runId);
      const deadline = world.timing.monotonicMs() + (lanes.has(lane) ? waitMs : Math.min(waitMs, missingLanePauseMs));
      while (!signal.aborted) {
        requireOpen(client, `pull from ${lane}`);
        const deliveries = take(client, kind, runId, max);
        const leftMs = deadline - world.timing.monotonicMs();
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
    wipe() {
      for (const queued of queue.values()) queued.cancelTimer?.();
      queue.clear();
      lanes.clear();
    },
  };
}

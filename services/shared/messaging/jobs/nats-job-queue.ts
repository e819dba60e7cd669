import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsumerInfo } from '@nats-io/jetstream';
import { createInbox, type Msg, millis, nanos } from 'nats';
import { ContractError } from '../../contracts/contract-error.ts';
import { decodeJob, encodeJob } from '../../contracts/job-codec.ts';
import { onAbort, orAborted, pause } from '../../lifecycle/abort.ts';
import { systemTiming } from '../../lifecycle/timing.ts';
import { refusesByReplica } from '../access/connect.ts';
import type { Delivery, JobKind, JobQueue } from '../bus.ts';
import { BusError, InvalidRequestError } from '../errors.ts';
import { inboxPrefixOf } from '../nats-permissions.ts';
import { explainViolation, isConsumerDifferent, isConsumerMissing, toBusError } from '../session/nats-errors.ts';
import { nameWrite, publishFirst, publishFirstOnce } from '../session/nats-publish.ts';
import { lastTokensOf, readLast, readLastOfEach } from '../session/nats-read.ts';
import { isAlone, type NatsSession, requestTimeoutMs, untilDone, within } from '../session/nats-session.ts';
import { jobKinds, laneConsumer, laneName, streams, subjects } from '../subjects-and-streams.ts';
import { withTrace } from '../trace-headers.ts';
import { createMissingLanes } from './missing-lanes.ts';
import { createDelivery, leaveToOthers, setAside } from './nats-delivery.ts';
import type { DeliveryCounts } from './nats-delivery-counts.ts';

/** Messages that exist arrive back to back; after a pause this long there are none. */
const lingerMs = 5;
const stuckForMs = 1_000;

export function createNatsJobQueue(session: NatsSession, ackWaitMs: number, counts: DeliveryCounts): JobQueue {
  const { consumers } = session.manager;
  const missing = createMissingLanes();
  const looksFirst = refusesByReplica(session.connection.info?.version ?? '');
  return {
    async publish(job) {
      const kind = job.work?.$case;
      if (!kind) throw new InvalidRequestError(`publish job ${job.jobId}`, 'it has no work');
      const subject = subjects.job(kind, job.runId, job.jobId);
      const headers = withTrace();
      // Looked up instead of tried where replicas may disagree on whether to refuse it (docs/decisions/0010).
      if (looksFirst && !isAlone(session) && (await readLast(session, streams.jobs, subject)) !== undefined)
        return 'already-queued';
      const first = { stream: streams.jobs, subject, body: encodeJob(job), headers };
      const answer = await (job.newUnder === ''
        ? publishFirst(session, { ...first, ...nameWrite(headers) })
        : publishFirstOnce(session, first));
      return answer === 'stored' ? 'queued' : 'already-queued';
    },

    async openLane(kind, runId, { maxInFlight }) {
      const operation = `open lane ${kind} of ${runId}`;
      if (!(Number.isInteger(maxInFlight) && maxInFlight > 0)) {
        throw new InvalidRequestError(operation, `maxInFlight must be a positive integer, but is ${maxInFlight}`);
      }
      const consumer = laneConsumer(kind, runId, maxInFlight, ackWaitMs);
      await untilDone(session, operation, async () => {
        try {
          await consumers.add(streams.jobs, consumer);
        } catch (error) {
          if (!isConsumerDifferent(error)) throw error;
          await consumers.update(streams.jobs, laneName(kind, runId), consumer);
        }
      });
    },

    async closeLanes(runId) {
      // The lanes first: what is being purged must not be delivered meanwhile.
      for (const kind of jobKinds) await closeLane(session, kind, runId);
      await untilDone(session, `purge jobs of ${runId}`, () =>
        session.manager.streams.purge(streams.jobs, { filter: subjects.jobsOfRun(runId) }),
      );
    },

    async pull(kind, runId, { arrived, ...limits }, signal) {
      const taken: Delivery[] = [];
      /** Of what will not be worked on here. */
      const givenBack: Promise<void>[] = [];
      const take = (message: Msg): void => {
        const delivery = readDelivery(session, message, counts);
        if (delivery instanceof Promise) givenBack.push(delivery);
        else if (arrived === undefined) taken.push(delivery);
        // Another worker may take what arrives at the last moment.
        else if (signal.aborted) givenBack.push(delivery.retry(0));
        else {
          taken.push(delivery);
          arrived(delivery);
        }
      };
      const lane = laneName(kind, runId);
      const ended = await pullMessages(session, lane, { ...limits, take }, signal);
      if (ended !== 'no-lane') missing.found(lane);
      else await pause(systemTiming, Math.min(limits.waitMs, missing.missed(lane)), signal);
      if (signal.aborted && arrived === undefined) givenBack.push(...taken.splice(0).map((delivery) => delivery.retry(0)));
      await Promise.all(givenBack);
      return taken;
    },

    outstanding: (runId) => lastTokensOf(session, streams.jobs, subjects.jobsOfRun(runId)),

    async count(kind, runId) {
      const lane = await laneInfo(session, kind, runId);
      const [queued, inProgress] = [lane?.num_pending ?? 0, lane?.num_ack_pending ?? 0];
      if (queued + inProgress > 0) return { queued, inProgress };
      // A lane that is missing, or that has lost its place, counts nothing; the stream knows.
      return { queued: (await lastTokensOf(session, streams.jobs, subjects.lane(kind, runId))).size, inProgress: 0 };
    },

    async waitingSince(runId) {
      const found = await Promise.all(jobKinds.map(async (kind) => [kind, await oldestWaiting(session, kind, runId)] as const));
      return new Map(found.flatMap(([kind, sinceMs]) => (sinceMs === undefined ? [] : [[kind, sinceMs] as const])));
    },

    async pausedLanes(runId) {
      const lanes = await Promise.all(jobKinds.map(async (kind) => [kind, await laneInfo(session, kind, runId)] as const));
      return new Map(lanes.flatMap(([kind, lane]) => (lane?.paused ? [[kind, millis(lane.pause_remaining ?? 0)] as const] : [])));
    },

    async closeStuckLanes(runId) {
      let closed = 0;
      for (const kind of jobKinds) {
        if (!(await isStuck(session, kind, runId))) continue;
        session.logger.error(
          { runId, kind },
          'the NATS server has lost the lane of a queue that holds jobs, or its place in it; the lane is being recreated',
        );
        await closeLane(session, kind, runId);
        closed += 1;
      }
      return closed;
    },
  };
}

/** What to work on; for a job that this program cannot read, what becomes of it instead. */
function readDelivery(session: NatsSession, message: Msg, counts: DeliveryCounts): Delivery | Promise<void> {
  try {
    return createDelivery(session, message, decodeJob(message.data), counts);
  } catch (error) {
    const isLater = error instanceof ContractError && error.isOfLaterVersion;
    return (isLater ? leaveToOthers : setAside)(session, message, error);
  }
}

async function closeLane(session: NatsSession, kind: JobKind, runId: string): Promise<void> {
  await untilDone(session, `close lane ${kind} of ${runId}`, async () => {
    try {
      await session.manager.consumers.delete(streams.jobs, laneName(kind, runId));
    } catch (error) {
      if (!isConsumerMissing(error)) throw error;
    }
  });
}

/** Both times the same jobs are there, and the lane is not, or has nothing to deliver and nothing in flight. */
async function isStuck(session: NatsSession, kind: JobKind, runId: string): Promise<boolean> {
  const before = await idleJobs(session, kind, runId);
  if (before.length === 0) return false;
  // An acknowledged job is removed from the queue a moment later.
  await sleep(stuckForMs);
  const after = new Set(await idleJobs(session, kind, runId));
  return before.some((job) => after.has(job));
}

/** Undefined if the lane does not exist. */
async function laneInfo(session: NatsSession, kind: JobKind, runId: string): Promise<ConsumerInfo | undefined> {
  return await untilDone(session, `look at lane ${kind} of ${runId}`, async () => {
    try {
      return await session.manager.consumers.info(streams.jobs, laneName(kind, runId));
    } catch (error) {
      if (isConsumerMissing(error)) return undefined;
      throw error;
    }
  });
}

/** When the first job behind the last one that was delivered was queued, in wall-clock milliseconds. */
async function oldestWaiting(session: NatsSession, kind: JobKind, runId: string): Promise<number | undefined> {
  const lane = await laneInfo(session, kind, runId);
  if (lane === undefined || lane.num_pending === 0) return undefined;
  const next = { seq: lane.delivered.stream_seq + 1, next_by_subj: subjects.lane(kind, runId) };
  const message = await untilDone(session, `look at the queue of lane ${kind} of ${runId}`, () =>
    session.manager.streams.getMessage(streams.jobs, next),
  );
  return message?.time.getTime();
}

/** Subjects and sequences of the jobs of a lane that does not exist, or has nothing to deliver and nothing in flight. */
async function idleJobs(session: NatsSession, kind: JobKind, runId: string): Promise<string[]> {
  const lane = await laneInfo(session, kind, runId);
  if (lane !== undefined && lane.num_pending + lane.num_ack_pending > 0) return [];
  const queued = await readLastOfEach(session, streams.jobs, subjects.lane(kind, runId));
  return queued.map(({ subject, seq }) => `${subject} ${seq}`);
}

type PullEnd = 'messages' | 'nothing' | 'no-lane';

/**
 * One pull request, made by hand: the client's fetch() waits for the whole batch, and what arrives after it is stopped is dropped
 * and stays away until its ack time is over. Here the request ends with a drain: once the server has confirmed it, nothing more
 * is in flight.
 */
async function pullMessages(
  session: NatsSession,
  lane: string,
  { max, waitMs, take }: { readonly max: number; readonly waitMs: number; take(message: Msg): void },
  signal: AbortSignal,
): Promise<PullEnd> {
  const operation = `pull from ${lane}`;
  if (signal.aborted || max <= 0) return 'nothing';
  const { connection } = session;
  if (connection.isClosed()) throw new BusError(operation, 'the connection to the server is closed', { retryable: false });
  const asked = performance.now();
  await orAborted(session.link.untilUp(waitMs), signal).catch(() => undefined);
  const leftMs = waitMs - (performance.now() - asked);
  if (leftMs <= 0 || signal.aborted) return 'nothing';
  let count = 0;
  const over = Promise.withResolvers<PullEnd>();
  const finish = () => over.resolve(count > 0 ? 'messages' : 'nothing');
  let linger: NodeJS.Timeout | undefined;
  const patience = setTimeout(finish, leftMs);
  const forget = session.link.onLost(finish);
  const request = `$JS.API.CONSUMER.MSG.NEXT.${streams.jobs}.${lane}`;
  // The server reports a refusal separately, and never answers the request.
  const heed = session.refusals.onRefused((violation) => {
    if (violation.subject === request) over.reject(new BusError(operation, explainViolation(violation), { retryable: false }));
  });
  using _finishing = onAbort(signal, finish);
  const inbox = createInbox(inboxPrefixOf(session.role));
  const subscription = connection.subscribe(inbox, {
    callback: (error, message) => {
      if (error) return over.reject(error);
      session.refusals.allowed(request);
      if (isStatus(message)) {
        const ended = isLaneMissing(message) ? 'no-lane' : 'nothing';
        return over.resolve(count > 0 ? 'messages' : ended);
      }
      count += 1;
      take(message);
      clearTimeout(linger);
      if (count >= max) return finish();
      linger = setTimeout(finish, lingerMs);
    },
  });
  try {
    connection.publish(request, JSON.stringify({ batch: max, expires: nanos(Math.ceil(leftMs)) }), { reply: inbox });
    return await over.promise;
  } catch (error) {
    throw toBusError(operation, error);
  } finally {
    clearTimeout(patience);
    clearTimeout(linger);
    forget();
    heed();
    // The server has ended a request that got all that it asked for.
    if (count >= max) subscription.unsubscribe();
    else if (!connection.isClosed() && !subscription.isClosed()) {
      await within(operation, requestTimeoutMs, subscription.drain()).catch(() => subscription.unsubscribe());
    }
  }
}

/** The server's own messages on the inbox have a status and no reply subject. */
function isStatus(message: Msg): boolean {
  return !message.reply;
}

function isLaneMissing(message: Msg): boolean {
  const code = message.headers?.code;
  // 503: no one listens for pulls from this consumer. 409: it was deleted meanwhile, or refuses this pull.
  return code === 503 || code === 409;
}

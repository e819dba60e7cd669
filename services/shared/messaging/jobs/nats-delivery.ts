import { setTimeout as sleep } from 'node:timers/promises';
import type { Msg } from 'nats';
import { nanos } from 'nats';
import type { Job } from '../../contracts/generated/scale/v1/job.ts';
import { coerceError } from '../../errors/coerce-error.ts';
import { createBackoff } from '../../lifecycle/backoff.ts';
import type { Delivery } from '../bus.ts';
import { isConsumerMissing, isNoResponders, toBusError } from '../session/nats-errors.ts';
import { publishOnce } from '../session/nats-publish.ts';
import { isAlone, type NatsSession, untilAnswered, untilDone, within } from '../session/nats-session.ts';
import { streams, subjects } from '../subjects-and-streams.ts';
import { traceIn } from '../trace-headers.ts';
import { letterHeaders } from './nats-dead-letters.ts';
import type { DeliveryCounts } from './nats-delivery-counts.ts';

const settleDeadlineMs = 8_000;
const confirmTimeoutMs = 3_000;
const removedWithinMs = 3_000;

const signals = {
  done: '+ACK',
  again: (delayMs: number) => `-NAK ${JSON.stringify({ delay: nanos(Math.round(delayMs)) })}`,
  alive: '+WPI',
  /** Without a reason: servers before 2.10 misread a reason. */
  never: '+TERM',
};

export function createDelivery(session: NatsSession, message: Msg, job: Job, counts: DeliveryCounts): Delivery {
  const { deliveryCount, consumer, sequence } = placeOf(message);
  let settled = false;
  const settle = (verb: string, signal: string) => {
    settled = true;
    return settleUntilDone(session, message, consumer, `${verb} ${message.subject}`, signal);
  };
  const settleForGood = async (verb: string, signal: string) => {
    await settle(verb, signal);
    if (!isAlone(session)) await untilRemoved(session, sequence);
  };
  return {
    job,
    deliveryCount,
    isFirst: deliveryCount === 1 && counts.areKnown(sequence),
    ...traceIn(message.headers),
    heartbeat: async () => {
      // After a job was given back, a late heartbeat would take it from the queue again until its ack time is over.
      if (settled) return;
      try {
        const beat = session.link.whileUp('heartbeat', () => confirm(session, message, signals.alive));
        await within('heartbeat', confirmTimeoutMs, beat);
      } catch (error) {
        throw toBusError(`heartbeat ${message.subject}`, error);
      }
    },
    ack: () => settleForGood('ack', signals.done),
    retry: (delayMs) => settle('retry', signals.again(delayMs)),
    terminate: () => settleForGood('terminate', signals.never),
  };
}

/** A job that this program cannot read is kept for people to look at, and never delivered again. */
export async function setAside(session: NatsSession, message: Msg, reason: unknown): Promise<void> {
  const { subject, data } = message;
  session.logger.error({ err: reason, subject, stream: streams.dead }, 'a job cannot be read; it is set aside');
  const kept = subjects.dead(subject);
  await untilDone(session, `publish ${kept}`, () =>
    publishOnce(session, kept, data, letterHeaders('unreadable', coerceError(reason).message)),
  );
  await settleUntilDone(session, message, placeOf(message).consumer, `terminate ${subject}`, signals.never);
}

const laterVersionPauseMs = 15_000;

/**
 * A job of a later version goes back to the queue, for a worker of that version. It comes back after a while: a run says
 * beforehand what its workers must know, so this is for jobs that nobody has foreseen.
 */
export async function leaveToOthers(session: NatsSession, message: Msg, reason: unknown): Promise<void> {
  const { subject } = message;
  session.logger.warn({ err: reason, subject }, 'a job of a later version is left to workers of that version');
  const signal = signals.again(laterVersionPauseMs);
  await settleUntilDone(session, message, placeOf(message).consumer, `give back ${subject}`, signal);
}

/** Every signal is a request: when it resolves, the server has done it. */
async function confirm(session: NatsSession, message: Msg, signal: string): Promise<void> {
  await session.requests.ask(message.reply as string, signal, { timeoutMs: confirmTimeoutMs });
}

async function settleUntilDone(
  session: NatsSession,
  message: Msg,
  consumer: string,
  operation: string,
  signal: string,
): Promise<void> {
  const settleOnce = async () => {
    try {
      await confirm(session, message, signal);
    } catch (error) {
      // The lane was closed, and the job went with it: there is nothing left to settle.
      if (isNoResponders(error) && (await isLaneGone(session, consumer))) return;
      throw error;
    }
  };
  // A server that was killed may have forgotten the delivery and then does not answer; the job comes back by itself.
  await untilAnswered(session, operation, settleOnce, Math.min(session.deadlineMs, settleDeadlineMs));
}

/**
 * Servers of a cluster accept the acknowledgement first and remove the job from the queue a moment later: until then, publishing
 * it again would be refused as already queued, and then it would be gone.
 */
async function untilRemoved(session: NatsSession, sequence: number): Promise<void> {
  const deadline = performance.now() + removedWithinMs;
  const backoff = createBackoff({ firstMs: 4, capMs: 250 });
  try {
    while (performance.now() < deadline) {
      if ((await session.manager.streams.getMessage(streams.jobs, { seq: sequence })) === null) return;
      await sleep(backoff.next());
    }
  } catch (error) {
    // It is settled anyway.
    session.logger.debug({ err: toBusError('look for a settled job', error) }, 'a settled job could not be looked for');
  }
}

async function isLaneGone(session: NatsSession, consumer: string): Promise<boolean> {
  try {
    await session.manager.consumers.info(streams.jobs, consumer);
    return false;
  } catch (error) {
    if (isConsumerMissing(error)) return true;
    throw error;
  }
}

/**
 * What the reply subject of a delivery says: $JS.ACK.[domain.account.]stream.consumer.delivered.sequence.delivery.time.pending,
 * where newer servers add a part at the end and, with the domain, two in the middle.
 */
function placeOf(message: Msg): { readonly consumer: string; readonly deliveryCount: number; readonly sequence: number } {
  const parts = (message.reply ?? '').split('.');
  const start = parts.length === 9 ? 2 : 4;
  return { consumer: parts[start + 1] ?? '', deliveryCount: Number(parts[start + 2]), sequence: Number(parts[start + 3]) };
}

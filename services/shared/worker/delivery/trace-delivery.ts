import type { Delivery } from '../../messaging/bus.ts';
import { attribute, destination, messagingSystem } from '../../telemetry/conventions.ts';
import { readTraceparent } from '../../telemetry/traceparent.ts';
import { inSpan, outsideScope, startSpan, withIds } from '../../telemetry/tracing.ts';
import { jobAttributes, roundOf } from './job-attributes.ts';
import type { Settlement } from './settlement.ts';

/** Neither says that something went wrong: the job has been done, or is another's. */
const unremarkable = new Set<Settlement>(['done', 'already-done', 'dropped', 'returned', 'held']);

/**
 * Settles a delivery under the trace of its job, with its ids on each log line. That it was received is a span of its own,
 * exported at once: of a worker that is killed, no other is left.
 */
export function inDelivery(
  delivery: Delivery,
  worker: string,
  settle: (delivery: Delivery) => Promise<Settlement>,
): Promise<Settlement> {
  const { job, deliveryCount } = delivery;
  const round = roundOf(job);
  const ids = { runId: job.runId, jobId: job.jobId, delivery: deliveryCount, ...(round > 0 && { round }) };
  return outsideScope(() =>
    withIds(ids, async () => {
      const parent = readTraceparent(delivery.traceparent);
      if (parent === undefined) return await settle(delivery);
      const message = messageOf(delivery, worker);
      const received = startSpan({
        ...{ name: `receive ${message[attribute.messagingDestination]}`, kind: 'client', parent },
        attributes: { ...message, [attribute.messagingOperation]: 'receive', [attribute.messagingOperationType]: 'receive' },
      });
      received.end();
      const processing = {
        ...{ name: `process ${message[attribute.messagingDestination]}`, kind: 'consumer' as const },
        parent: received.place ?? parent,
        attributes: { ...message, [attribute.messagingOperation]: 'process', [attribute.messagingOperationType]: 'process' },
      };
      return await inSpan(processing, async (span) => {
        const settlement = await settle(tracedSettling(delivery, message));
        span.set({ [attribute.settlement]: settlement });
        if (!unremarkable.has(settlement)) span.failed(settlement);
        return settlement;
      });
    }),
  );
}

function messageOf({ job, deliveryCount }: Delivery, worker: string) {
  return {
    ...jobAttributes(job),
    [attribute.messagingSystem]: messagingSystem,
    [attribute.messagingDestination]: destination.jobs(job.work?.$case ?? ''),
    [attribute.messagingMessageId]: job.jobId,
    [attribute.messagingClientId]: worker,
    [attribute.delivery]: deliveryCount,
  };
}

/** With a span for what the queue is told in the end. */
function tracedSettling(delivery: Delivery, message: ReturnType<typeof messageOf>): Delivery {
  const settling = (operation: string, work: () => Promise<void>): Promise<void> =>
    inSpan(
      {
        ...{ name: `${operation} ${message[attribute.messagingDestination]}`, kind: 'client' },
        attributes: { ...message, [attribute.messagingOperation]: operation, [attribute.messagingOperationType]: 'settle' },
      },
      work,
    );
  return {
    ...delivery,
    ack: () => settling('ack', () => delivery.ack()),
    retry: (delayMs) => settling('nak', () => delivery.retry(delayMs)),
    terminate: () => settling('term', () => delivery.terminate()),
  };
}

import type { Job } from '../../shared/contracts/generated/scale/v1/job.ts';
import type { Bus, FollowedResult } from '../../shared/messaging/bus.ts';
import { attribute, destination, messagingSystem } from '../../shared/telemetry/conventions.ts';
import { jobSpanId, jobTraceId } from '../../shared/telemetry/trace-ids.ts';
import { readTraceparent, type SpanPlace } from '../../shared/telemetry/traceparent.ts';
import { inSpan, isTracing, type Span, startSpan } from '../../shared/telemetry/tracing.ts';
import { jobAttributes, roundOf } from '../../shared/worker/delivery/job-attributes.ts';
import { roundPlace } from './trace-run.ts';

/**
 * Queues a job under the span that its trace begins with: a trace of its own, which points at the job's round. Its ids follow
 * from the job's, so whoever queues it again, or takes in its result, is part of the same trace.
 * @param isAgain it was queued before, and is no longer there
 */
export async function queueJob({ jobs }: Bus, job: Job, { isAgain }: { readonly isAgain: boolean }): Promise<void> {
  if (!isTracing()) return void (await jobs.publish(job));
  const { runId, jobId } = job;
  const first = { traceId: jobTraceId(runId, jobId), spanId: jobSpanId(runId, jobId) };
  const kind = job.work?.$case ?? '';
  const round = roundOf(job);
  await inSpan(
    {
      ...{ name: `publish ${destination.jobs(kind)}`, kind: 'producer' },
      ...(isAgain ? { parent: placeOfFirst(first) } : { ids: first }),
      links: round === 0 ? [] : [roundPlace(runId, round)],
      attributes: {
        ...jobAttributes(job),
        [attribute.messagingSystem]: messagingSystem,
        [attribute.messagingOperation]: 'publish',
        [attribute.messagingOperationType]: 'send',
        [attribute.messagingDestination]: destination.jobs(kind),
        [attribute.messagingMessageId]: jobId,
      },
    },
    async (span) => {
      // An earlier coordinator has queued it, and traced that.
      if ((await jobs.publish(job)) === 'already-queued') span.discard();
    },
  );
}

/** With the sampler's decision about its trace. */
function placeOfFirst(ids: Pick<SpanPlace, 'traceId' | 'spanId'>): SpanPlace | undefined {
  const first = startSpan({ name: '', ids });
  first.discard();
  return first.place;
}

/** From a result's arrival until it is in the log, or is let go; undefined where it is not traced. */
export function startTakingIn({ runId, jobId, traceparent }: Omit<FollowedResult, 'sequence'>): Span | undefined {
  const parent = readTraceparent(traceparent);
  if (parent === undefined || !isTracing()) return undefined;
  return startSpan({
    ...{ name: `process ${destination.results}`, kind: 'consumer', parent },
    attributes: {
      [attribute.runId]: runId,
      [attribute.jobId]: jobId,
      [attribute.messagingSystem]: messagingSystem,
      [attribute.messagingOperation]: 'process',
      [attribute.messagingOperationType]: 'process',
      [attribute.messagingDestination]: destination.results,
      [attribute.messagingMessageId]: jobId,
    },
  });
}

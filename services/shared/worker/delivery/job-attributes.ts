import type { Job } from '../../contracts/generated/scale/v1/job.ts';
import { attribute } from '../../telemetry/conventions.ts';
import type { Attributes } from '../../telemetry/tracing.ts';

/** The round that a job belongs to; 0 where it does not say. */
export function roundOf({ work }: Job): number {
  return work?.value.round ?? 0;
}

/** What a span says of its job: ids, never texts. */
export function jobAttributes(job: Job): Attributes {
  const execution = job.work?.$case === 'execute' ? job.work.value : undefined;
  return {
    [attribute.runId]: job.runId,
    [attribute.round]: roundOf(job) || undefined,
    [attribute.jobId]: job.jobId,
    [attribute.jobKind]: job.work?.$case,
    [attribute.workflow]: execution?.workflowHash,
    [attribute.query]: execution?.queryIndex,
    [attribute.repeat]: execution?.repeat,
  };
}

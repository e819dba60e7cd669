import { createHash } from 'node:crypto';

/**
 * Ids that follow from what they name, so that whoever takes a run over continues its traces, and a sampler that goes by the
 * trace's id decides the same again. SHA-256 leaves them as even as random ones, which samplers by ratio need.
 */

/** Of the trace of a run: the run and its rounds. */
export function runTraceId(runId: string): string {
  return hash(32, 'run', runId);
}

export function runSpanId(runId: string): string {
  return hash(16, 'run', runId);
}

export function roundSpanId(runId: string, round: number): string {
  return hash(16, 'round', runId, String(round));
}

/** Of the trace of a job: everything that is done for it, in whichever process. */
export function jobTraceId(runId: string, jobId: string): string {
  return hash(32, 'job', runId, jobId);
}

/** Of the span that a job's trace begins with. */
export function jobSpanId(runId: string, jobId: string): string {
  return hash(16, 'job', runId, jobId);
}

function hash(digits: number, ...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, digits);
}

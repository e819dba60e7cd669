import type { Usage } from '../../ports.ts';

/**
 * What became of an attempt at a model call: it was sent (begun), and then gave a reply that was used (answered), a reply that
 * was billed and is of no use (useless), nothing more (broken-off: cut, timed out, or the worker hung up), or it was turned away
 * before a token was spent (refused: no connection, a refused key, too many calls). One that was never sent, since the response
 * cache had the reply, is cached.
 */
export const attemptStates = ['begun', 'answered', 'useless', 'broken-off', 'refused', 'cached'] as const;
export type AttemptState = (typeof attemptStates)[number];

/** One note on one attempt. There are up to two per attempt: one before it is sent, one when it has ended. */
export interface CallAttempt {
  /** "<delivery>/<n>": unique in a run, and all attempts of one delivery of a job begin alike. */
  readonly attemptId: string;
  /** "" for a call that belongs to no job. */
  readonly jobId: string;
  readonly callId: string;
  readonly model: string;
  readonly state: AttemptState;
  /**
   * What the server reported, of a cached one when it was asked; an estimate of the prompt if it was begun or broken off; zero if
   * it was refused.
   */
  readonly usage: Usage;
  readonly usageEstimated: boolean;
  /** Milliseconds from when it was sent to its end. Absent: it has not ended, or nobody waited for it, as for a batch. */
  readonly tookMs?: number;
}

/** What the attempts of one delivery of a job have in common. */
export function deliveryOf(attemptId: string): string {
  return attemptId.slice(0, attemptId.lastIndexOf('/'));
}

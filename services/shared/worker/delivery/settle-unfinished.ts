import { ScaleError } from '../../../domain/errors/scale-error.ts';
import { BudgetSpentError } from '../../budgets/budget-spent-error.ts';
import { pause } from '../../lifecycle/abort.ts';
import { createBackoff } from '../../lifecycle/backoff.ts';
import type { Delivery } from '../../messaging/bus.ts';
import type { CallRecords } from '../calls/call-records.ts';
import type { JobAccount } from '../calls/job-account.ts';
import { WorkerEndingError } from '../calls/last-calls.ts';
import type { JobStarts } from './job-starts.ts';
import { KnownJobError } from './records-of-new.ts';
import type { SettleDependencies, Settlement } from './settlement.ts';
import { HeldJobError } from './work-until-done.ts';

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** Over some minutes: a store that is away for longer has other worries. */
const saidAtMost = 10;

/** This worker was not heard of for so long that the job is another's. */
export class LostJobError extends ScaleError {
  readonly kind = 'interrupted';
}

/** A job that was begun and has no result. */
export interface UnfinishedJob {
  readonly delivery: Delivery;
  readonly dependencies: SettleDependencies;
  readonly starts: JobStarts;
  readonly account: JobAccount;
  readonly records: CallRecords;
  /** Not given: someone may have worked on the job before. */
  readonly isNew: Promise<boolean> | undefined;
  /** Aborts when another worker has the job. */
  readonly lost: AbortSignal;
  /** What the work went by. */
  readonly signal: AbortSignal;
}

/**
 * Gives the job to whoever is to have it next, once all that it has cost and has got is on record.
 * @param error why it was not finished
 * @throws KnownJobError if it was taken for a new one, and is not; the error itself if the bus is to deliver the job again
 */
export async function settleUnfinished(error: unknown, unfinished: UnfinishedJob): Promise<Settlement> {
  const { delivery, dependencies, starts, account, records, isNew, lost, signal } = unfinished;
  if (lost.aborted) {
    // For whoever has the job by now, if it gets there in time.
    records.stored().catch(() => undefined);
    void livesOn(starts, dependencies);
    return 'lost';
  }
  if ((await isNew) === false) {
    await account.settled();
    throw new KnownJobError();
  }
  const settled = Promise.all([account.settled(), records.stored()]);
  settled.catch(() => undefined);
  if (error instanceof BudgetSpentError) {
    await settled;
    // Whoever leads the run ends its search, or queues the job again once there is room.
    await delivery.ack();
    return 'held';
  }
  if (error instanceof HeldJobError) {
    await settled;
    await starts.givenBack();
    await delivery.retry(0);
    return 'held';
  }
  if (!signal.aborted && !(error instanceof WorkerEndingError)) {
    void livesOn(starts, dependencies);
    throw error;
  }
  await settled;
  if (dependencies.runs.cancelled(delivery.job.runId).aborted) {
    await delivery.ack();
    return 'dropped';
  }
  await starts.givenBack();
  await delivery.retry(0);
  return 'returned';
}

/**
 * Says that this worker lives, once it reaches the server: what keeps it from giving a job back properly may keep it from saying
 * that too, for a while. Unsaid, the job would count as one that ended its worker. Never rejects.
 */
export async function livesOn(starts: JobStarts, { timing, logger, stopSignal }: SettleDependencies): Promise<void> {
  const backoff = createBackoff({ firstMs: firstPauseMs, capMs: longestPauseMs });
  for (let tries = 0; tries < saidAtMost; tries += 1) {
    try {
      return await starts.givenBack();
    } catch (err) {
      logger.debug({ err }, 'that a start was given back could not be noted');
    }
    await pause(timing, backoff.next(), stopSignal);
    if (stopSignal.aborted) return;
  }
}

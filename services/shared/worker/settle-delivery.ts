import { defined } from '../../domain/defined.ts';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import { randomStream } from '../../domain/random.ts';
import { BudgetSpentError } from '../budgets/budget-spent-error.ts';
import { RunStatus } from '../contracts/generated/scale/v1/control.ts';
import type { ModelCall, Result } from '../contracts/generated/scale/v1/result.ts';
import { hasEnded } from '../contracts/has-ended.ts';
import { coerceError } from '../errors/coerce-error.ts';
import { linked, linkedWithin, pause } from '../lifecycle/abort.ts';
import { createBackoff } from '../lifecycle/backoff.ts';
import type { Timing } from '../lifecycle/timing.ts';
import type { Bus, Delivery } from '../messaging/bus.ts';
import { pauseRun } from '../messaging/pause-run.ts';
import { InfrastructureError } from '../models/errors/endpoint-errors.ts';
import { failureClassOf } from '../models/errors/failure-class-of.ts';
import { EndpointSettingsError } from '../models/settings/endpoint-settings.ts';
import { attribute } from '../telemetry/conventions.ts';
import type { Logger } from '../telemetry/logger.ts';
import { inSpan } from '../telemetry/tracing.ts';
import { batchDelayMs } from './batched-calls.ts';
import { type CallRecords, openCallRecords } from './call-records.ts';
import { type Heartbeat, startHeartbeat } from './heartbeat.ts';
import { type JobAccount, openJobAccount } from './job-account.ts';
import { type JobStarts, openJobStarts, poisonStarts, suspectStarts } from './job-starts.ts';
import type { JobOutcome, JobWork } from './job-work.ts';
import { WorkerEndingError } from './last-calls.ts';
import { putResult } from './put-result.ts';
import { KnownJobError, recordsOfNew } from './records-of-new.ts';
import type { RunDirectory } from './run-directory.ts';
import type { RunShares } from './run-shares.ts';
import type { SpendingWriter } from './spending-writer.ts';

export interface SettleDependencies {
  readonly bus: Bus;
  readonly spending: SpendingWriter;
  readonly runs: RunDirectory;
  readonly work: JobWork;
  readonly workerName: string;
  readonly ackWaitMs: number;
  readonly timing: Timing;
  /** A name that no other delivery has; random if not given. */
  newId?(): string;
  readonly logger: Logger;
  /** Surely no one has worked on it before: it has no result and no journaled calls. */
  isNew(delivery: Delivery): boolean | Promise<boolean>;
  /** Whether an earlier delivery of the job is still under way in this worker. */
  isHere(deliveryCount: number): boolean;
  /** For the worker's reports. */
  readonly shares: Pick<RunShares, 'heldUp' | 'wentOn'>;
  /** Waits until no other job of this worker that may kill it is under way. */
  alone(signal: AbortSignal): Promise<Disposable>;
  /** The job waits for a while: another may have its slot until it calls what this returns. */
  stepAside?(): () => void;
  /** The job only waits for a place at an endpoint, until it calls what this returns. */
  waits?(): () => void;
  /** Aborts when the worker must stop soon: the job goes back to the queue before its next call. */
  readonly lastCalls?: AbortSignal;
  /** Aborts when the worker must stop: the job goes back to the queue at once. */
  readonly stopSignal: AbortSignal;
}

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** Over some minutes: a store that is away for longer has other worries. */
const saidAtMost = 10;

export type Settlement = 'done' | 'already-done' | 'dropped' | 'poison' | 'returned' | 'held' | 'lost';

/**
 * Does a delivered job once: looks for a result first unless the job is new, works under a heartbeat, journals finished calls,
 * stores the result, and acks last. Acks decide nothing (they are not fenced by delivery): the result store's first-writer-wins
 * does.
 */
export async function settleDelivery(delivery: Delivery, dependencies: SettleDependencies): Promise<Settlement> {
  const { bus, ackWaitMs, timing } = dependencies;
  const { job } = delivery;
  const lost = new AbortController();
  // From here on, so that what is looked up counts too: whoever waited long for that may have lost the job meanwhile.
  using heartbeat = startHeartbeat(
    () => delivery.heartbeat(),
    () => lost.abort(new LostJobError('another worker has the job by now')),
    { ackWaitMs, timing },
  );
  const tenure = { lost: lost.signal, look: heartbeat.look };
  const isNew = dependencies.isNew(delivery);
  if (isNew !== false) {
    try {
      // Whether it is new is looked at while the job is made ready, and known before anything is paid for.
      return await settleOnce(delivery, dependencies, tenure, Promise.resolve(isNew));
    } catch (error) {
      if (!(error instanceof KnownJobError)) throw error;
    }
  }
  if (await bus.results.get(job.runId, job.jobId)) {
    await delivery.ack();
    return 'already-done';
  }
  heartbeat.look();
  return await settleOnce(delivery, dependencies, tenure);
}

/** How long this worker has the job. */
interface Tenure {
  /** Aborts when another worker has it. */
  readonly lost: AbortSignal;
  readonly look: Heartbeat['look'];
}

/**
 * @param isNew not given: someone may have worked on the job before
 * @throws KnownJobError if someone may have, against what was assumed: nothing was paid for and nothing journaled
 */
async function settleOnce(
  delivery: Delivery,
  dependencies: SettleDependencies,
  { lost, look }: Tenure,
  isNew?: Promise<boolean>,
): Promise<Settlement> {
  const { bus, runs, timing, stopSignal } = dependencies;
  const { job } = delivery;
  const manifest = runs.manifest(job.runId);
  if (manifest && hasEnded(manifest.status)) {
    await delivery.ack();
    return 'dropped';
  }
  const starts = await openJobStarts(bus, delivery, dependencies.workerName, dependencies.isHere, (err) =>
    dependencies.logger.warn({ runId: job.runId, err }, 'who leads the run is not known; its jobs count as begun under nobody'),
  );
  if (starts.crashed >= poisonStarts) {
    const message = `the job was begun ${starts.crashed} times, and each time its worker ended before it did`;
    await bus.deadLetters.keep(job, message);
    await putResult(bus, resultOf(delivery, dependencies, 0, poisonOutcome(message)));
    await delivery.terminate();
    return 'poison';
  }

  using ending = linked(lost, stopSignal, runs.cancelled(job.runId));
  const { signal } = ending;
  const account = openJobAccount(dependencies.spending, job, timing, dependencies.newId, look);
  using ownRecords = openCallRecords(bus.journal, job, timing);
  const records = isNew === undefined ? ownRecords : recordsOfNew(ownRecords, isNew);
  isNew?.then(
    (surely) => surely || ending.abort(new KnownJobError()),
    () => undefined,
  );
  const started = timing.monotonicMs();
  let done: JobOutcome;
  try {
    using _turn = starts.crashed >= suspectStarts ? await turnOf(dependencies, signal) : undefined;
    await starts.begin();
    const journal = isNew ? new Map<string, ModelCall>() : await bus.journal.read(job.runId, job.jobId);
    done = await workUntilDone(delivery, dependencies, { account, records, journal }, signal);
    // A result whose calls are not on record would be charged but never counted as spent.
    await account.settled();
    if ((await isNew) === false) throw new KnownJobError();
  } catch (error) {
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
    if (runs.cancelled(job.runId).aborted) {
      await delivery.ack();
      return 'dropped';
    }
    await starts.givenBack();
    await delivery.retry(0);
    return 'returned';
  }
  try {
    await putResult(bus, resultOf(delivery, dependencies, timing.monotonicMs() - started, done));
  } catch (error) {
    void livesOn(starts, dependencies);
    throw error;
  }
  await delivery.ack();
  return 'done';
}

/**
 * Says that this worker lives, once it reaches the server: what keeps it from giving a job back properly may keep it from saying
 * that too, for a while. Unsaid, the job would count as one that ended its worker. Never rejects.
 */
async function livesOn(starts: JobStarts, { timing, logger, stopSignal }: SettleDependencies): Promise<void> {
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

/** This worker was not heard of for so long that the job is another's. */
class LostJobError extends ScaleError {
  readonly kind = 'interrupted';
}

/** The job's run is paused while the job is in trouble: it would hold its slot for nothing. */
class HeldJobError extends ScaleError {
  readonly kind = 'conflict';
}

/** Another job may have the slot of one that waits until it may go on alone. */
async function turnOf({ alone, stepAside }: SettleDependencies, signal: AbortSignal): Promise<Disposable> {
  const comeBack = stepAside?.();
  try {
    return await alone(signal);
  } finally {
    comeBack?.();
  }
}

/**
 * Tries again for as long as the run lasts: trouble with an endpoint delays a job, and never decides it. What only a person can
 * fix pauses the run.
 * @throws HeldJobError
 */
async function workUntilDone(
  delivery: Delivery,
  dependencies: SettleDependencies,
  { account, records, journal }: { account: JobAccount; records: CallRecords; journal: Map<string, ModelCall> },
  signal: AbortSignal,
): Promise<JobOutcome> {
  const { bus, runs, work, timing, logger, lastCalls, waits } = dependencies;
  const { job } = delivery;
  const jitter = randomStream(0, dependencies.workerName, job.jobId, delivery.deliveryCount);
  const backoff = createBackoff({
    ...{ firstMs: firstPauseMs, capMs: longestPauseMs },
    jitter: { kind: 'full', random: () => jitter.next() },
  });
  const record = (call: ModelCall): void => {
    dependencies.shares.wentOn(job);
    journal.set(call.callId, call);
    records.record(call);
  };
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted();
    const moved = runs.moved(job.runId);
    const timeLimitMs = job.timeLimitMs + batchDelayMs(runs.manifest(job.runId)?.endpoints ?? []);
    using limit = linkedWithin(timing, timeLimitMs, signal, moved);
    try {
      const run = await runs.context(job.runId, limit.signal);
      const attempt = { name: 'attempt', attributes: { [attribute.attempt]: tries } };
      const { stored, storedSoon } = records;
      const context = {
        job,
        run,
        journal,
        record,
        stored,
        storedSoon,
        account,
        signal: limit.signal,
        ...defined({ lastCalls, waits }),
      };
      return await inSpan(attempt, () => work(context));
    } catch (error) {
      // What could not be stored is held, and sent before the next call.
      records.stored().catch(() => undefined);
      if (signal.aborted || error instanceof WorkerEndingError || error instanceof BudgetSpentError) throw error;
      // The same job with the new endpoints, at once; what it has paid for is in the journal.
      if (moved.aborted) continue;
      const paused = runs.paused(job.runId);
      const forPerson = whatForPerson(error);
      if (forPerson !== undefined) {
        const held = await pauseRun(bus, job.runId, forPerson, { nowMs: timing.wallMs(), needsPerson: true });
        if (held?.status === RunStatus.PAUSED) {
          logger.error({ jobId: job.jobId, runId: job.runId }, `the run is paused and waiting for a person: ${held.pauseReason}`);
          throw new HeldJobError(forPerson);
        }
      }
      if (paused.aborted) throw new HeldJobError(coerceError(error).message);
      const least = error instanceof InfrastructureError ? (error.retryAfterMs ?? 0) : 0;
      const delayMs = Math.max(least, backoff.next());
      logger.warn(
        { jobId: job.jobId, runId: job.runId, tries, delayMs, failureClass: failureClassOf(error), err: coerceError(error) },
        'the job could not be done; trying again',
      );
      dependencies.shares.heldUp(job, coerceError(error).message);
      bus.troubles.tell({ runId: job.runId, worker: dependencies.workerName, message: coerceError(error).message });
      using waiting = linked(signal, moved, paused, ...(lastCalls === undefined ? [] : [lastCalls]));
      const comeBack = dependencies.stepAside?.();
      await pause(timing, delayMs, waiting.signal);
      comeBack?.();
      if (paused.aborted && !signal.aborted) throw new HeldJobError(coerceError(error).message);
    }
  }
}

function whatForPerson(error: unknown): string | undefined {
  if (error instanceof InfrastructureError) return error.forPerson;
  return error instanceof EndpointSettingsError ? error.message : undefined;
}

function poisonOutcome(message: string): JobOutcome {
  return { outcome: { $case: 'failure', value: { kind: 'poison', message, step: '' } }, calls: [] };
}

function resultOf(delivery: Delivery, dependencies: SettleDependencies, elapsedMs: number, done: JobOutcome): Result {
  const { job } = delivery;
  return {
    schemaVersion: 1,
    runId: job.runId,
    jobId: job.jobId,
    epoch: job.epoch,
    worker: dependencies.workerName,
    delivery: delivery.deliveryCount,
    elapsedMs: Math.round(elapsedMs),
    calls: [...done.calls],
    outcome: done.outcome,
  };
}

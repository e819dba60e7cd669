import type { ModelCall, Result } from '../../contracts/generated/scale/v1/result.ts';
import { hasEnded } from '../../contracts/has-ended.ts';
import { linked } from '../../lifecycle/abort.ts';
import type { Delivery } from '../../messaging/bus.ts';
import { openCallRecords } from '../calls/call-records.ts';
import { openJobAccount } from '../calls/job-account.ts';
import type { JobOutcome } from '../job-work.ts';
import { type Heartbeat, startHeartbeat } from './heartbeat.ts';
import { openJobStarts, poisonStarts, suspectStarts } from './job-starts.ts';
import { putResult } from './put-result.ts';
import { KnownJobError, recordsOfNew } from './records-of-new.ts';
import { LostJobError, livesOn, settleUnfinished } from './settle-unfinished.ts';
import type { SettleDependencies, Settlement } from './settlement.ts';
import { workUntilDone } from './work-until-done.ts';

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
    return await settleUnfinished(error, { delivery, dependencies, starts, account, records, isNew, lost, signal });
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

/** Another job may have the slot of one that waits until it may go on alone. */
async function turnOf({ alone, stepAside }: SettleDependencies, signal: AbortSignal): Promise<Disposable> {
  const comeBack = stepAside?.();
  try {
    return await alone(signal);
  } finally {
    comeBack?.();
  }
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

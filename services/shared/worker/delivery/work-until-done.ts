import { defined } from '../../../domain/defined.ts';
import { ScaleError } from '../../../domain/errors/scale-error.ts';
import { randomStream } from '../../../domain/random.ts';
import { BudgetSpentError } from '../../budgets/budget-spent-error.ts';
import { RunStatus } from '../../contracts/generated/scale/v1/control.ts';
import type { ModelCall } from '../../contracts/generated/scale/v1/result.ts';
import { coerceError } from '../../errors/coerce-error.ts';
import { linked, linkedWithin, pause } from '../../lifecycle/abort.ts';
import { createBackoff } from '../../lifecycle/backoff.ts';
import type { Delivery } from '../../messaging/bus.ts';
import { pauseRun } from '../../messaging/pause-run.ts';
import { InfrastructureError } from '../../models/errors/endpoint-errors.ts';
import { failureClassOf } from '../../models/errors/failure-class-of.ts';
import { EndpointSettingsError } from '../../models/settings/endpoint-settings.ts';
import { attribute } from '../../telemetry/conventions.ts';
import { inSpan } from '../../telemetry/tracing.ts';
import { batchDelayMs } from '../calls/batched-calls.ts';
import type { CallRecords } from '../calls/call-records.ts';
import type { JobAccount } from '../calls/job-account.ts';
import { WorkerEndingError } from '../calls/last-calls.ts';
import type { JobOutcome } from '../job-work.ts';
import type { SettleDependencies } from './settlement.ts';

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

/** The job's run is paused while the job is in trouble: it would hold its slot for nothing. */
export class HeldJobError extends ScaleError {
  readonly kind = 'conflict';
}

/**
 * Tries again for as long as the run lasts: trouble with an endpoint delays a job, and never decides it. What only a person can
 * fix pauses the run.
 * @throws HeldJobError
 */
export async function workUntilDone(
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

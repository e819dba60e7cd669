import { firstJobId, triesOf } from '../../domain/run/job-id.ts';
import type { Result } from '../../shared/contracts/generated/scale/v1/result.ts';
import { orAborted } from '../../shared/lifecycle/abort.ts';
import { restartingLoop } from '../../shared/lifecycle/restarting-loop.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus, FollowedResult } from '../../shared/messaging/bus.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Span } from '../../shared/telemetry/tracing.ts';
import { createJobIdSet, type JobIdSet } from '../log/job-id-set.ts';
import { startTakingIn } from '../traces/trace-job.ts';

/**
 * A run's results as they arrive, read in any order. Reading consumes nothing: after an interruption between reading a result and
 * appending what came of it, the result is still here.
 */
export interface ResultInbox {
  /** The job's result, as soon as it is there. @throws the signal's reason, or an error once the inbox has been stopped */
  result(jobId: string, signal: AbortSignal): Promise<Result>;
  /** True if the result has arrived. */
  seen(jobId: string): boolean;
  /** What has arrived does not count: the result is the one that the job gets when it is issued again. */
  giveUp(jobId: string): void;
  /** How often the job whose result is here had been issued again. */
  tries(jobId: string): number;
  /** Frees results that were taken in: they need not be kept here any longer. */
  release(jobIds: readonly string[]): void;
  /** What came of these results is in the log. */
  logged(jobIds: readonly string[]): void;
  /** The log goes back, and asks again for what came since: whoever reads it later must read those results, too. */
  wentBack(): void;
  /** Results up to this sequence are in the log, as far as this inbox was told; 0 where that is not known. */
  inLog(): number;
  /** Adds a result that was found by other means (the reconciler). */
  accept(result: Result): void;
  stop(): Promise<void>;
}

type Waiter = PromiseWithResolvers<void>;
type ResultInHand = Omit<FollowedResult, 'sequence'>;

export interface ResultInboxSettings {
  readonly bus: Bus;
  readonly runId: string;
  readonly logger: Logger;
  readonly timing: Timing;
  /** Results up to this sequence are in the log already. Default: 0. */
  readonly after?: number;
  /** Jobs of later results that are in the log already. Default: none. */
  readonly jobsInLog?: Pick<JobIdSet, 'has'>;
  /** Called for each new result. */
  readonly arrived: (result: Result) => void;
}

export function openResultInbox({ bus, runId, logger, timing, arrived, ...settings }: ResultInboxSettings): ResultInbox {
  const { after = 0, jobsInLog = createJobIdSet() } = settings;
  const results = new Map<string, Result>();
  /** By the ids that they were issued under. */
  const known = createJobIdSet();
  /** By the ids that the plan knows. */
  const seen = createJobIdSet();
  /** Sequences of those that are not in the log. */
  const open = new Map<string, number>();
  let last = after;
  let mostInLog = Number.POSITIVE_INFINITY;
  /** Of traced ones that are not in the log. */
  const takingIn = new Map<string, Span>();
  const waiting = new Map<string, Set<Waiter>>();
  const stopping = new AbortController();

  /** Of jobs that were issued again. */
  const tries = new Map<string, number>();

  const accept = ({ jobId: issued, ...rest }: ResultInHand): void => {
    // A follow that had to start again repeats what it has already sent.
    if (known.has(issued)) return;
    known.add(issued);
    const jobId = firstJobId(issued);
    if (jobsInLog.has(jobId)) return seen.add(jobId);
    const result = { ...rest, jobId };
    if (issued !== jobId) {
      // It is in the log without this.
      if (seen.has(jobId) && !results.has(jobId)) return;
      if (triesOf(issued) <= (tries.get(jobId) ?? 0)) return;
      tries.set(jobId, triesOf(issued));
    }
    seen.add(jobId);
    const span = startTakingIn(result);
    if (span !== undefined) takingIn.set(jobId, span);
    results.set(jobId, withoutTexts(result));
    arrived({ ...result, jobId: issued });
    for (const waiter of [...(waiting.get(jobId) ?? [])]) waiter.resolve();
  };
  const following = restartingLoop(`follow results of ${runId}`, { signal: stopping.signal, logger, timing }, async (signal) => {
    for await (const { sequence, ...result } of bus.results.follow(runId, signal, after)) {
      // The store was made anew, and counts from 1 again.
      if (sequence < last && !seen.has(result.jobId)) open.clear();
      accept(result);
      const jobId = firstJobId(result.jobId);
      if (results.has(jobId) && triesOf(result.jobId) === (tries.get(jobId) ?? 0)) open.set(jobId, sequence);
      last = sequence;
    }
  });
  const arrival = async (jobId: string, signal: AbortSignal): Promise<void> => {
    const waiter = Promise.withResolvers<void>();
    const waiters = waiting.get(jobId) ?? new Set();
    waiting.set(jobId, waiters.add(waiter));
    try {
      await orAborted(waiter.promise, signal);
    } finally {
      waiters.delete(waiter);
      if (waiters.size === 0) waiting.delete(jobId);
    }
  };

  const inLog = (): number => {
    let least = Math.min(last, mostInLog);
    for (const sequence of open.values()) least = Math.min(least, sequence - 1);
    return least;
  };

  return {
    accept,
    inLog,
    wentBack() {
      mostInLog = inLog();
    },
    seen: (jobId) => (triesOf(jobId) === 0 ? seen : known).has(jobId),
    giveUp(jobId) {
      seen.remove(jobId);
      results.delete(jobId);
      takingIn.get(jobId)?.end();
      takingIn.delete(jobId);
    },
    tries: (jobId) => tries.get(jobId) ?? 0,
    async result(jobId, signal) {
      signal.throwIfAborted();
      stopping.signal.throwIfAborted();
      if (!seen.has(jobId)) await arrival(jobId, signal);
      // A released one is in the store for as long as the run lasts.
      const result = results.get(jobId) ?? (await bus.results.get(runId, jobId));
      if (!result) throw new Error(`the result of ${jobId} was here, and is gone from the store`);
      return result;
    },
    release: (jobIds) => {
      for (const jobId of jobIds) {
        results.delete(jobId);
        tries.delete(jobId);
      }
    },
    logged: (jobIds) => {
      for (const jobId of jobIds) {
        open.delete(jobId);
        takingIn.get(jobId)?.end();
        takingIn.delete(jobId);
      }
    },
    async stop() {
      stopping.abort(new Error(`the inbox of run ${runId} is closed`));
      for (const waiter of [...waiting.values()].flatMap((waiters) => [...waiters])) waiter.reject(stopping.signal.reason);
      for (const span of takingIn.values()) span.end();
      await following;
    },
  };
}

/** The inbox may hold thousands of results for a while; the texts of their calls stay in the result store. */
function withoutTexts({ traceparent: _, ...result }: ResultInHand): Result {
  if (result.outcome?.$case !== 'execution') return result;
  return { ...result, calls: result.calls.map((call) => ({ ...call, text: '', reasoning: '' })) };
}

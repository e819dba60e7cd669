import type { Result } from '../shared/contracts/generated/scale/v1/result.ts';
import { restartingLoop } from '../shared/lifecycle/restarting-loop.ts';
import type { Bus } from '../shared/messaging/bus.ts';
import type { Logger } from '../shared/telemetry/logger.ts';

/** A run's results as they arrive, handed out in whatever order they are asked for. */
export interface ResultInbox {
  /** Resolves when the job's result is there; each is handed out once. */
  take(jobId: string, signal: AbortSignal): Promise<Result>;
  /** True if the result is here or has been handed out. */
  seen(jobId: string): boolean;
  /** Puts in a result that was found by other means (the reconciler). */
  accept(result: Result): void;
  stop(): Promise<void>;
}

/** `arrived` is called for each new result. */
export function openResultInbox(bus: Bus, runId: string, logger: Logger, arrived: (result: Result) => void): ResultInbox {
  const results = new Map<string, Result>();
  const seen = new Set<string>();
  const waiting = new Map<string, (result: Result) => void>();
  const stopping = new AbortController();

  const accept = (result: Result): void => {
    // A follow that had to start again repeats what it has sent.
    if (seen.has(result.jobId)) return;
    seen.add(result.jobId);
    results.set(result.jobId, withoutTexts(result));
    arrived(result);
    const resolve = waiting.get(result.jobId);
    if (resolve) {
      waiting.delete(result.jobId);
      resolve(result);
    }
  };
  const following = restartingLoop(`follow results of ${runId}`, stopping.signal, logger, async (signal) => {
    for await (const result of bus.results.follow(runId, signal)) accept(result);
  });
  const handOut = (jobId: string): Result | undefined => {
    const result = results.get(jobId);
    results.delete(jobId);
    return result;
  };

  return {
    accept,
    seen: (jobId) => seen.has(jobId),
    async take(jobId, signal) {
      signal.throwIfAborted();
      if (!results.has(jobId)) {
        await new Promise<void>((resolve, reject) => {
          const aborted = (): void => {
            waiting.delete(jobId);
            reject(signal.reason);
          };
          signal.addEventListener('abort', aborted, { once: true });
          waiting.set(jobId, () => {
            signal.removeEventListener('abort', aborted);
            resolve();
          });
        });
      }
      const result = handOut(jobId);
      if (!result) throw new Error(`result of ${jobId} was taken twice`);
      return result;
    },
    async stop() {
      stopping.abort();
      await following;
    },
  };
}

/** The inbox may hold thousands of results for a while; the texts of their calls stay in the result store. */
function withoutTexts(result: Result): Result {
  if (result.outcome?.$case !== 'execution') return result;
  return { ...result, calls: result.calls.map((call) => ({ ...call, text: '', reasoning: '' })) };
}

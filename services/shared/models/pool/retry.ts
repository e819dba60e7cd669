import { createBackoff } from '../../lifecycle/backoff.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import { EndpointError, InfrastructureError } from '../errors/endpoint-errors.ts';
import type { RetryBudget } from './retry-budget.ts';

export interface RetryPolicy {
  readonly maxAttempts: number;
  /** The longest wait before the second attempt; it is four times as long with each further one, up to the cap. */
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * An endpoint that fails now and then is asked again at once: a call that failed by chance should cost no more than itself. One
 * that fails all the time is known by its circuit, and one that has no room by its limit, both of which hold the next attempt.
 */
export const defaultRetryPolicy: RetryPolicy = { maxAttempts: 4, baseMs: 50, capMs: 30_000 };

export interface RetryDependencies {
  readonly model: string;
  readonly policy: RetryPolicy;
  readonly budget: RetryBudget;
  readonly timing: Timing;
  /** In [0, 1). */
  readonly random: () => number;
  /** Whether another attempt may succeed after these. */
  readonly mayRetry: (failed: readonly EndpointError[]) => boolean;
}

/** For errors that only a person can fix. */
const unretryableWaitMs = 30_000;

/**
 * Tries until it succeeds, waiting a random time before each retry ("full jitter", so that calls which failed together do not
 * come back together). An endpoint that is down is known by its circuit breaker, so a call that failed a few times by chance need
 * not wait longer than the job's own back-off.
 * @param attempt gets the errors of the attempts before it; only an EndpointError is tried again
 * @throws InfrastructureError with every attempt, what the attempt threw if it is not an EndpointError, or the signal's reason
 */
export async function retry<T>(
  attempt: (failed: readonly EndpointError[]) => Promise<T>,
  dependencies: RetryDependencies,
  signal: AbortSignal,
): Promise<T> {
  const { policy, timing, budget } = dependencies;
  const failed: EndpointError[] = [];
  const backoff = createBackoff({
    ...{ firstMs: policy.baseMs, factor: 4, capMs: policy.capMs },
    jitter: { kind: 'full', random: dependencies.random },
  });
  budget.callStarted();
  for (;;) {
    try {
      return await attempt(failed);
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
      failed.push(error);
      giveUpIfDue(failed, dependencies);
      await timing.sleep(backoff.next(), signal);
    }
  }
}

function giveUpIfDue(failed: readonly EndpointError[], { model, policy, budget, mayRetry }: RetryDependencies): void {
  if (!mayRetry(failed)) {
    throw new InfrastructureError(model, 'asking again would not help', failed, { waitMs: unretryableWaitMs });
  }
  if (failed.length >= policy.maxAttempts) {
    throw new InfrastructureError(model, `all ${failed.length} attempts failed`, failed, { waitMs: 0 });
  }
  // A refusal for lack of room costs the server nothing, and the endpoint's limit has been cut already.
  if (failed.at(-1)?.problem !== 'throttled' && !budget.spend()) {
    throw new InfrastructureError(model, 'too many of all calls are retries', failed, { waitMs: 0 });
  }
}

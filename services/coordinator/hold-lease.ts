import { setTimeout as sleep } from 'node:timers/promises';
import { coerceError } from '../shared/lifecycle/coerce-error.ts';
import type { LeaseStore } from '../shared/messaging/bus.ts';
import type { Logger } from '../shared/telemetry/logger.ts';

export interface HeldLease extends AsyncDisposable {
  readonly epoch: number;
  /** Aborts when the lease was taken or could not be renewed in time: stop writing. */
  readonly lost: AbortSignal;
}

/**
 * Takes a lease and renews it every third of its life until disposed. It counts as lost once two thirds have gone by without a
 * renewal, on the monotonic clock: that is before anybody else can take it. What is written late is fenced by the log anyway.
 */
export async function holdLease(
  leases: LeaseStore,
  name: string,
  holder: string,
  logger: Logger,
): Promise<HeldLease | undefined> {
  const lease = await leases.acquire(name, holder);
  if (!lease) return undefined;
  const lost = new AbortController();
  const ended = new AbortController();
  let renewedAt = performance.now();
  const renewing = (async () => {
    while (!ended.signal.aborted && !lost.signal.aborted) {
      await sleep(lease.ttlMs / 3, undefined, { signal: ended.signal });
      const asked = performance.now();
      const renewed = await lease.renew().catch((error: unknown) => {
        logger.warn({ err: coerceError(error) }, 'the lease could not be renewed');
        return performance.now() - renewedAt < (lease.ttlMs * 2) / 3 ? 'later' : false;
      });
      if (renewed === true) renewedAt = asked;
      if (renewed === false) lost.abort(new Error(`the lease ${name} is lost to another coordinator`));
    }
  })().catch(() => undefined); // the sleep, when it ends early
  return {
    epoch: lease.epoch,
    lost: lost.signal,
    async [Symbol.asyncDispose]() {
      ended.abort();
      await renewing;
      if (lost.signal.aborted) return;
      await lease
        .release()
        .catch((error: unknown) => logger.warn({ err: coerceError(error) }, 'the lease could not be released'));
    },
  };
}

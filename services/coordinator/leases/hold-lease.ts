import { coerceError } from '../../shared/errors/coerce-error.ts';
import { orAborted, pause } from '../../shared/lifecycle/abort.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Lease, LeaseStore } from '../../shared/messaging/bus.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';

export interface HeldLease extends AsyncDisposable {
  readonly epoch: number;
  readonly id: string;
  /** Aborts when the lease was taken or could not be renewed in time: stop writing. */
  readonly lost: AbortSignal;
}

/**
 * Takes a lease and renews it every third of its life until disposed. It counts as lost once two thirds have gone by since the
 * last successful renewal was requested, whatever a renewal in flight may still say: that is before anyone else can take it. Late
 * writes are fenced off by the log anyway.
 */
export async function holdLease(
  leases: Pick<LeaseStore, 'acquire'>,
  name: string,
  holder: string,
  logger: Logger,
  timing: Timing,
): Promise<HeldLease | undefined> {
  // The lease's life begins when the server creates it, which is not before it was requested.
  const askedAt = timing.monotonicMs();
  const lease = await leases.acquire(name, holder);
  if (!lease) return undefined;
  const lost = new AbortController();
  const over = new AbortController();
  const lose = (why: string): void => {
    lost.abort(new Error(`the lease ${name} ${why}`));
    over.abort();
  };
  const watch = watchLease(lease, askedAt, timing, lose);
  const renewing = renewUntil(lease, over.signal, { watch, timing, logger, lose });
  return {
    epoch: lease.epoch,
    id: lease.id,
    lost: lost.signal,
    async [Symbol.asyncDispose]() {
      over.abort();
      // A renewal in flight ends, or the lease is lost meanwhile.
      await orAborted(renewing, lost.signal).catch(() => undefined);
      await watch.stop();
      if (lost.signal.aborted) return;
      await lease
        .release()
        .catch((error: unknown) => logger.warn({ err: coerceError(error) }, 'the lease could not be released'));
    },
  };
}

interface LeaseWatch {
  /** A renewal that was requested at that time succeeded. */
  renewed(askedAtMs: number): void;
  stop(): Promise<void>;
}

/** Declares the lease lost in time, by the monotonic clock. */
function watchLease({ ttlMs }: Lease, heldSinceMs: number, timing: Timing, lose: (why: string) => void): LeaseWatch {
  const stopping = new AbortController();
  let renewedAtMs = heldSinceMs;
  const watching = (async () => {
    for (;;) {
      const leftMs = renewedAtMs + (ttlMs * 2) / 3 - timing.monotonicMs();
      if (leftMs <= 0) return lose('could not be renewed in time');
      await timing.sleep(leftMs, stopping.signal);
    }
  })().catch(() => undefined); // the sleep, when it ends early
  return {
    renewed: (askedAtMs) => {
      renewedAtMs = askedAtMs;
    },
    async stop() {
      stopping.abort();
      await watching;
    },
  };
}

interface Renewing {
  readonly watch: LeaseWatch;
  readonly timing: Timing;
  readonly logger: Logger;
  readonly lose: (why: string) => void;
}

async function renewUntil(lease: Lease, over: AbortSignal, { watch, timing, logger, lose }: Renewing): Promise<void> {
  let pauseMs = lease.ttlMs / 3;
  while (!over.aborted) {
    await pause(timing, pauseMs, over);
    if (over.aborted) return;
    const askedAt = timing.monotonicMs();
    try {
      if (await lease.renew()) watch.renewed(askedAt);
      else lose('has been taken by another coordinator, or could not be renewed in time');
    } catch (error) {
      logger.warn({ err: coerceError(error) }, 'the lease could not be renewed');
      // Soon enough for some more tries before it is lost.
      pauseMs = lease.ttlMs / 12;
      continue;
    }
    pauseMs = lease.ttlMs / 3;
  }
}

import { every, type Timing } from '../lifecycle/timing.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { BusTrouble } from './bus.ts';
import type { BusError } from './errors.ts';

/** What is being retried at this moment, so that nothing waits for the server silently. */
export interface Waits {
  /** An operation that begins; it counts as waiting from its first failure until it is disposed. */
  open(operation: string): Wait;
  /** What has waited longest; undefined if nothing waits. */
  longest(): BusTrouble | undefined;
  stop(): void;
}

export interface Wait extends Disposable {
  /** One try has failed, and another follows. */
  failed(error: BusError): void;
  /** It works again, for now. */
  recovered(): void;
  /** Of the last failed try. */
  trouble(): BusError | undefined;
}

interface Waiting {
  readonly since: number;
  error: BusError;
}

/** Says so in the log for as long as something waits, at this interval. */
export function createWaits(logger: Logger, timing: Timing, tellEveryMs = 10_000): Waits {
  const waiting = new Set<Waiting>();
  const longest = (): BusTrouble | undefined => {
    const [oldest] = [...waiting].sort((a, b) => a.since - b.since);
    return oldest && { message: oldest.error.message, forMs: timing.monotonicMs() - oldest.since };
  };
  let told = timing.monotonicMs();
  const tell = () => {
    const trouble = longest();
    const now = timing.monotonicMs();
    if (trouble === undefined || trouble.forMs < tellEveryMs || now - told < tellEveryMs) return;
    told = now;
    const others = waiting.size - 1;
    logger.warn({ forMs: Math.round(trouble.forMs), others }, `still waiting for NATS: ${trouble.message}`);
  };
  const telling = every(timing, tellEveryMs / 5, tell);
  return {
    open() {
      let current: Waiting | undefined;
      const recovered = () => {
        if (current) waiting.delete(current);
        current = undefined;
      };
      return {
        failed(error) {
          current ??= { since: timing.monotonicMs(), error };
          current.error = error;
          waiting.add(current);
        },
        recovered,
        trouble: () => current?.error,
        [Symbol.dispose]: recovered,
      };
    },
    longest,
    stop: () => telling[Symbol.dispose](),
  };
}

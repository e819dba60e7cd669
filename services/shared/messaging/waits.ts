import { every, type Timing } from '../lifecycle/timing.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { BusTrouble } from './bus.ts';
import type { BusError } from './errors.ts';

/** What is tried again and again at this moment, so that nothing waits for the server without a word. */
export interface Waits {
  /** An operation that begins; it counts as waiting from its first failure on, until it is disposed. */
  open(operation: string): Wait;
  /** Of all that waits, what has waited longest; undefined for nothing. */
  longest(): BusTrouble | undefined;
  stop(): void;
}

export interface Wait extends Disposable {
  /** One try has failed, and another follows. */
  failed(error: BusError): void;
  /** It goes on as it should, for now. */
  recovered(): void;
  /** Of the last failed try. */
  trouble(): BusError | undefined;
}

interface Waiting {
  readonly since: number;
  error: BusError;
}

/** Says so in the log as long as something waits, each time so much later. */
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

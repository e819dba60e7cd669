/**
 * The passing of time, as a parameter, for everything outside the domain: tests and the simulation move it by hand. Code that
 * waits, measures or dates something uses this, never a global; `systemTiming` is chosen where a service or a command is put
 * together.
 */
export interface Timing {
  /** Milliseconds of a clock that never goes back, from a start of its own: for durations and deadlines. */
  monotonicMs(): number;
  /** Milliseconds since 1970 in UTC, for what people and other machines read. It may jump. */
  wallMs(): number;
  /** Resolves after the time. @throws the signal's reason once it aborts */
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
  /** Calls the action once after the delay; what it returns cancels that. */
  after(delayMs: number, action: () => void): () => void;
}

/** The limit of setTimeout, which fires at once when asked for more: 24.8 days. */
const longestTimerMs = 2 ** 31 - 1;

export const systemTiming: Timing = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  sleep: sleepOn(after),
  after,
};

/** The `sleep` that goes with an `after`, for clocks other than the system's. */
export function sleepOn(after: Timing['after']): Timing['sleep'] {
  return (durationMs, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const abort = (): void => {
        cancel();
        reject(signal.reason);
      };
      const cancel = after(durationMs, () => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
      signal.addEventListener('abort', abort, { once: true });
    });
}

function after(delayMs: number, action: () => void): () => void {
  let timer: NodeJS.Timeout;
  const arm = (leftMs: number): void => {
    if (leftMs > longestTimerMs) timer = setTimeout(() => arm(leftMs - longestTimerMs), longestTimerMs);
    else timer = setTimeout(action, leftMs);
  };
  arm(delayMs);
  return () => clearTimeout(timer);
}

/** Calls the action after each interval until disposed, which the action itself may do. */
export function every(timing: Pick<Timing, 'after'>, intervalMs: number, action: () => void): Disposable {
  let over = false;
  const arm = (): (() => void) =>
    timing.after(intervalMs, () => {
      action();
      if (!over) cancel = arm();
    });
  let cancel = arm();
  return {
    [Symbol.dispose]: () => {
      over = true;
      cancel();
    },
  };
}

import { BusError } from './errors.ts';

/** Time as the in-memory bus sees it; a simulation brings its own. */
export interface Timers {
  nowMs(): number;
  /** Calls the action once after the delay; what it returns cancels that. */
  after(delayMs: number, action: () => void): () => void;
}

export const realTimers: Timers = {
  nowMs: () => Date.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
};

/** What the parts of the in-memory bus share: the time, one stream sequence, and a bell that rings at each change. */
export interface World {
  readonly timers: Timers;
  nextSequence(): number;
  /** How often the store was made anew. */
  incarnation(): number;
  /** Begins to count anew, and tells who listens. What is stored is the caller's to drop first. */
  remake(): void;
  onRemade(listener: () => void): () => void;
  ring(): void;
  /** Resolves at the next change, when the signal aborts, or after the time. */
  change(signal?: AbortSignal, limitMs?: number): Promise<void>;
}

export function createWorld(timers: Timers): World {
  let sequence = 0;
  let incarnation = 0;
  const listeners = new Set<() => void>();
  const waiting = new Set<() => void>();
  const ring = () => {
    for (const wake of [...waiting]) wake();
  };
  return {
    timers,
    nextSequence: () => {
      sequence += 1;
      return sequence;
    },
    ring,
    incarnation: () => incarnation,
    remake() {
      sequence = 0;
      incarnation += 1;
      for (const listener of [...listeners]) listener();
      ring();
    },
    onRemade(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    change: (signal, limitMs) =>
      new Promise((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          signal?.removeEventListener('abort', wake);
          cancel?.();
          resolve();
        };
        const cancel = limitMs === undefined ? undefined : timers.after(limitMs, wake);
        waiting.add(wake);
        signal?.addEventListener('abort', wake, { once: true });
        if (signal?.aborted) wake();
      }),
  };
}

/** One client's connection. */
export interface Client {
  closed: boolean;
}

/** @throws BusError if the client has closed its connection */
export function requireOpen(client: Client, operation: string): void {
  if (client.closed) throw new BusError(operation, 'the connection is closed', { retryable: false });
}

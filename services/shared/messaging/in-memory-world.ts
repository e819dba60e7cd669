import type { Timing } from '../lifecycle/timing.ts';
import { BusError } from './errors.ts';

/** What the parts of the in-memory bus share: the time, one stream sequence, and a bell that rings at each change. */
export interface World {
  readonly timing: Timing;
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

export function createWorld(timing: Timing): World {
  let sequence = 0;
  let incarnation = 0;
  const listeners = new Set<() => void>();
  const waiting = new Set<() => void>();
  const ring = () => {
    for (const wake of [...waiting]) wake();
  };
  return {
    timing,
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
        const cancel = limitMs === undefined ? undefined : timing.after(limitMs, wake);
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

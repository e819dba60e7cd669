import { onAbort } from '../shared/lifecycle/abort.ts';

/** vLLM's max_num_seqs: this many requests run, the others wait in order. */
export interface SequenceSlots {
  readonly limit: number;
  readonly running: number;
  readonly waiting: number;
  /** Resolves to the function that gives the slot back. Rejects with the signal's reason if it aborts before there is one. */
  acquire(signal: AbortSignal): Promise<() => void>;
}

export function createSequenceSlots(limit: number): SequenceSlots {
  let running = 0;
  const queue = new Set<() => void>();

  const release = (): void => {
    const next = queue.values().next().value;
    if (next === undefined) {
      running -= 1;
      return;
    }
    queue.delete(next);
    next();
  };
  const releaseOnce = (): (() => void) => {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      release();
    };
  };

  return {
    limit,
    get running() {
      return running;
    },
    get waiting() {
      return queue.size;
    },
    acquire: async (signal) => {
      signal.throwIfAborted();
      if (running < limit) {
        running += 1;
        return releaseOnce();
      }
      await new Promise<void>((resolve, reject) => {
        const proceed = (): void => {
          listening[Symbol.dispose]();
          resolve();
        };
        queue.add(proceed);
        const listening = onAbort(signal, () => {
          queue.delete(proceed);
          reject(signal.reason);
        });
      });
      return releaseOnce();
    },
  };
}

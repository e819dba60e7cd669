import { onAbort } from './abort.ts';

/** Lets one loop sleep until something changes. A wake that comes while no one waits is kept for the next wait. */
export interface Wakeup extends Disposable {
  wake(): void;
  wait(): Promise<void>;
}

/** An abort of the signal wakes, so that a waiting loop can look at it. Disposing detaches from a signal that lives longer. */
export function createWakeup(signal: AbortSignal): Wakeup {
  let pending = false;
  let resolveWait: (() => void) | undefined;
  const wake = (): void => {
    if (resolveWait) {
      resolveWait();
      resolveWait = undefined;
    } else pending = true;
  };
  const listening = onAbort(signal, wake);
  return {
    [Symbol.dispose]: () => listening[Symbol.dispose](),
    wake,
    wait: () => {
      if (pending || signal.aborted) {
        pending = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        resolveWait = resolve;
      });
    },
  };
}

import { onAbort } from './abort.ts';

export interface NumberedSlots {
  /**
   * A number from 0, the lowest that is free; callers wait for one in the order of their calls. Rejects when the signal aborts.
   */
  take(signal: AbortSignal): Promise<number>;
  giveBack(slot: number): void;
}

export function createNumberedSlots(count: number): NumberedSlots {
  const free = Array.from({ length: count }, (_, slot) => slot);
  const waiting = new Set<(slot: number) => void>();
  return {
    take: async (signal) => {
      signal.throwIfAborted();
      const slot = free.shift();
      if (slot !== undefined) return slot;
      return new Promise((resolve, reject) => {
        const receive = (given: number): void => {
          waiting.delete(receive);
          listening[Symbol.dispose]();
          resolve(given);
        };
        waiting.add(receive);
        const listening = onAbort(signal, () => {
          waiting.delete(receive);
          reject(signal.reason);
        });
      });
    },
    giveBack: (slot) => {
      const [next] = waiting;
      if (next) next(slot);
      else free.splice(free.findIndex((other) => other > slot) >>> 0, 0, slot);
    },
  };
}

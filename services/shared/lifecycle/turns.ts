import { orAborted } from './abort.ts';

/** Lets one at a time go on. @returns what waits for a turn; dispose of it to end the turn */
export function createTurns(): (signal: AbortSignal) => Promise<Disposable> {
  let last: Promise<void> = Promise.resolve();
  return async (signal) => {
    const turn = Promise.withResolvers<void>();
    const before = last;
    last = before.then(() => turn.promise);
    try {
      await orAborted(before, signal);
    } catch (error) {
      turn.resolve();
      throw error;
    }
    return { [Symbol.dispose]: () => turn.resolve() };
  };
}

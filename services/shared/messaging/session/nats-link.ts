import type { NatsConnection } from 'nats';
import { BusError } from '../errors.ts';

/**
 * Whether the server can be reached now. The client drops what is sent while it reconnects, and then waits for an answer that
 * cannot come: so requests wait for the link, and are abandoned when it is lost.
 */
export interface Link {
  isUp(): boolean;
  /** Resolves when the link is up or closed for good, or after the time; at once if it is up. */
  untilUp(limitMs?: number): Promise<void>;
  /** The request's outcome; rejects as soon as the link is lost. Waits for the link first, for as long as that takes. */
  whileUp<T>(operation: string, request: () => Promise<T>): Promise<T>;
  /** How often it came back. */
  readonly reconnects: number;
  /** Calls the listener when the link is lost; what it returns unsubscribes. */
  onLost(listener: () => void): () => void;
  /** The same for when it is up again. */
  onUp(listener: () => void): () => void;
}

export function watchLink(connection: NatsConnection): Link {
  let isUp = true;
  let reconnects = 0;
  const waiting = new Set<() => void>();
  const losing = new Set<() => void>();
  const rising = new Set<() => void>();
  const turn = (up: boolean) => {
    isUp = up;
    for (const wake of [...(up ? waiting : losing)]) wake();
    if (up) for (const listener of [...rising]) listener();
  };
  const watch = async () => {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect') turn(false);
      else if (type === 'reconnect') {
        reconnects += 1;
        turn(true);
      }
    }
  };
  // Once it is closed for good, those who wait must continue, so that the client can tell them.
  const goOn = () => turn(true);
  watch().then(goOn, goOn);

  const onLost = (listener: () => void) => {
    losing.add(listener);
    return () => losing.delete(listener);
  };
  const untilUp = async (limitMs?: number) => {
    if (isUp) return;
    const up = Promise.withResolvers<void>();
    const timer = limitMs === undefined ? undefined : setTimeout(up.resolve, limitMs);
    waiting.add(up.resolve);
    await up.promise;
    waiting.delete(up.resolve);
    clearTimeout(timer);
  };
  return {
    isUp: () => isUp,
    get reconnects() {
      return reconnects;
    },
    untilUp,
    onLost,
    onUp(listener) {
      rising.add(listener);
      return () => rising.delete(listener);
    },
    async whileUp(operation, request) {
      await untilUp();
      const lost = Promise.withResolvers<never>();
      const forget = onLost(() => lost.reject(new BusError(operation, 'the connection to the server was lost')));
      try {
        return await Promise.race([request(), lost.promise]);
      } finally {
        forget();
      }
    },
  };
}

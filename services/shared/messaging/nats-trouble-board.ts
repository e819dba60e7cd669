import { decodeTrouble, encodeTrouble } from '../contracts/trouble-codec.ts';
import { coerceError } from '../lifecycle/coerce-error.ts';
import type { TroubleBoard } from './bus.ts';
import type { NatsSession } from './nats-session.ts';
import { subjects } from './subjects-and-streams.ts';

export function createNatsTroubleBoard({ connection, logger }: NatsSession): TroubleBoard {
  return {
    tell(trouble) {
      try {
        connection.publish(subjects.trouble(trouble.runId), encodeTrouble(trouble));
      } catch (error) {
        // The connection is closed: then nobody waits for this worker any more.
        logger.debug({ err: coerceError(error) }, 'trouble could not be told');
      }
    },
    async *follow(runId, signal) {
      if (signal.aborted) return;
      const subscription = connection.subscribe(subjects.trouble(runId));
      const end = (): void => subscription.unsubscribe();
      signal.addEventListener('abort', end, { once: true });
      try {
        for await (const message of subscription) yield decodeTrouble(message.data);
      } finally {
        signal.removeEventListener('abort', end);
        subscription.unsubscribe();
      }
    },
  };
}

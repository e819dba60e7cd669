import { decodeTrouble, decodeWorkerReport, encodeTrouble, encodeWorkerReport } from '../../contracts/board-codec.ts';
import { coerceError } from '../../errors/coerce-error.ts';
import { onAbort } from '../../lifecycle/abort.ts';
import type { TroubleBoard, WorkerBoard } from '../bus.ts';
import { toBusError } from '../session/nats-errors.ts';
import type { NatsSession } from '../session/nats-session.ts';
import { subjects } from '../subjects-and-streams.ts';

type Session = Pick<NatsSession, 'connection' | 'logger'>;

export function createNatsTroubleBoard(session: Session): TroubleBoard {
  return {
    tell: (trouble) => tell(session, subjects.trouble(trouble.runId), () => encodeTrouble(trouble)),
    follow: (runId, signal) => follow(session, subjects.trouble(runId), decodeTrouble, signal),
  };
}

export function createNatsWorkerBoard(session: Session): WorkerBoard {
  return {
    tell: (report) => tell(session, subjects.workers, () => encodeWorkerReport(report)),
    follow: (signal) => follow(session, subjects.workers, decodeWorkerReport, signal),
  };
}

function tell({ connection, logger }: Session, subject: string, encode: () => Uint8Array): void {
  try {
    connection.publish(subject, encode());
  } catch (error) {
    // The connection is closed: no one waits for this worker any more.
    logger.debug({ err: coerceError(error), subject }, 'a message could not be sent');
  }
}

/**
 * What is posted on a subject from now on, until the signal aborts. What this program cannot read is left out.
 * @throws BusError if the server does not let this user listen
 */
async function* follow<Message>(
  { connection, logger }: Session,
  subject: string,
  decode: (bytes: Uint8Array) => Message,
  signal: AbortSignal,
): AsyncGenerator<Message> {
  if (signal.aborted) return;
  const read = (bytes: Uint8Array): Message | undefined => {
    try {
      return decode(bytes);
    } catch (error) {
      logger.debug({ err: coerceError(error), subject }, 'a message that was sent could not be read');
      return undefined;
    }
  };
  const subscription = connection.subscribe(subject);
  using _ending = onAbort(signal, () => subscription.unsubscribe());
  try {
    for await (const { data } of subscription) {
      const message = read(data);
      if (message !== undefined) yield message;
    }
  } catch (error) {
    throw toBusError(`listen to ${subject}`, error);
  } finally {
    subscription.unsubscribe();
  }
}

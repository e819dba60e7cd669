import { randomUUID } from 'node:crypto';
import { headers, type MsgHdrs } from 'nats';
import { isSubjectTaken } from './nats-errors.ts';
import { type NatsSession, requestTimeoutMs, untilDone } from './nats-session.ts';

/**
 * Publishes to a subject that keeps its first message. Tried again under one message id until it is in, so a lost
 * acknowledgement neither stores it twice nor looks like somebody else's message. The id is new for each call: one derived
 * from the job would make the server swallow a job that is queued again within the two minutes that it remembers ids.
 */
export async function publishFirst(
  session: NatsSession,
  subject: string,
  body: Uint8Array,
  withHeaders?: MsgHdrs,
): Promise<'stored' | 'taken'> {
  const msgID = randomUUID();
  return await untilDone(session, `publish ${subject}`, async () => {
    try {
      await session.jetstream.publish(subject, body, { msgID, timeout: requestTimeoutMs, headers: withHeaders ?? headers() });
      return 'stored';
    } catch (error) {
      if (isSubjectTaken(error)) return 'taken';
      throw error;
    }
  });
}

import { systemTiming } from '../lifecycle/timing.ts';
import { connectNats } from './access/connect.ts';
import { openNatsAccess } from './access/nats-access.ts';
import { watchGrants } from './access/nats-grants.ts';
import { PermissionsMissingError } from './errors.ts';
import type { BusSettings } from './nats-bus.ts';
import { inboxPrefixOf } from './nats-permissions.ts';
import { createNatsTalks } from './nats-talks.ts';
import { watchLink } from './session/nats-link.ts';
import type { Talks } from './talks.ts';
import { createWaits } from './waits.ts';

/** A way to services that talk, without the streams. */
export interface TalkingClient {
  readonly talks: Talks;
  /** Idempotent. */
  close(): Promise<void>;
}

/**
 * Connects as whoever only talks. Once connected, it reconnects for ever.
 * @throws NatsFileError, AccessRefusedError, UnsupportedServerError, BusError
 */
export async function connectTalks(settings: BusSettings): Promise<TalkingClient> {
  const { servers, files = {}, role, name, logger, deadlineMs = 30_000 } = settings;
  const access = openNatsAccess(servers, files, logger);
  const waits = createWaits(logger, systemTiming);
  const connection = await connectNats({ access, name, inboxPrefix: inboxPrefixOf(role), logger, deadlineMs, waits });
  const link = watchLink(connection);
  try {
    const grants = await watchGrants({ connection, role, user: access.credentials.described, logger, onUp: link.onUp });
    const missing = grants.missing();
    if (missing !== undefined) {
      grants.stop();
      throw new PermissionsMissingError('connect', missing);
    }
    const talks = createNatsTalks({ connection, link, logger, timing: systemTiming });
    return {
      talks,
      async close() {
        talks.stop();
        grants.stop();
        waits.stop();
        // While the server is unreachable, a drain would wait for it.
        if (link.isUp() && !connection.isClosed()) await connection.flush().catch(() => undefined);
        await connection.close();
      },
    };
  } catch (error) {
    waits.stop();
    await connection.close();
    throw error;
  }
}

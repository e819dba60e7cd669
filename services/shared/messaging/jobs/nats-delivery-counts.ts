import { toBusError } from '../session/nats-errors.ts';
import { isAlone, type NatsSession } from '../session/nats-session.ts';
import { streams } from '../subjects-and-streams.ts';

/** Whether the server's counts of deliveries can be believed. */
export interface DeliveryCounts {
  /** The job with this sequence was queued after the link came up: the server has not been restarted since. */
  areKnown(sequence: number): boolean;
}

/**
 * A server that was killed may have forgotten deliveries, and then counts from 1 again. While the link to a server that is in no
 * cluster is up, it has not been killed: so a count is right for every job that was queued after the link came up. In a cluster
 * the queue may move to another server without the link being lost: there, no count is believed.
 */
export async function watchDeliveryCounts(session: NatsSession): Promise<DeliveryCounts> {
  const { manager, link, logger } = session;
  let after = Number.POSITIVE_INFINITY;
  let looks = 0;
  const forget = (): void => {
    after = Number.POSITIVE_INFINITY;
    looks += 1;
  };
  const look = async (): Promise<void> => {
    forget();
    const mine = looks;
    try {
      const { state } = await link.whileUp('look at the queue', () => manager.streams.info(streams.jobs));
      if (mine === looks) after = state.last_seq;
    } catch (error) {
      // Nothing depends on it: jobs are then looked up.
      logger.debug({ err: toBusError('look at the queue', error) }, 'the queue could not be looked at');
    }
  };
  link.onLost(forget);
  link.onUp(() => void look());
  session.streams.onRemade((remade) => remade.includes(streams.jobs) && void look());
  await look();
  return { areKnown: (sequence) => sequence > after && isAlone(session) };
}

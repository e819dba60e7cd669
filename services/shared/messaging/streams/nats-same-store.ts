import type { NatsSession } from '../session/nats-session.ts';
import type { StreamName } from '../subjects-and-streams.ts';

/**
 * Sequences and revisions tell one writer from another in one store, and say nothing in the next: made anew, a stream may have
 * reached the same one with what others wrote. So what is meant for one store is never tried in another.
 * @param store the identity of the stream there; undefined if it was never seen, and then any will do
 * @returns to be asked before each try, and told whether it is one more: whether the store is still that one
 */
export function sameStore(
  { link, streams }: Pick<NatsSession, 'link' | 'streams'>,
  stream: StreamName,
  store = streams.lastIdentityOf(stream),
): (isAgain: boolean) => Promise<boolean> {
  let seenAfter = link.reconnects;
  return async (isAgain) => {
    const { reconnects } = link;
    if (!isAgain && reconnects === seenAfter) {
      // In quiet times no look is under way, and all of this costs nothing.
      await streams.underWay();
      if (streams.lastIdentityOf(stream) === store) return true;
    }
    const present = await streams.identityOf(stream);
    seenAfter = reconnects;
    return store === undefined || present === store;
  };
}

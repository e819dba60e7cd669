import { linked, pause, within } from '../../lifecycle/abort.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import { EndpointError, isFromNobody } from '../errors/endpoint-errors.ts';
import type { PoolMember } from './pool-member.ts';

/** How often a server to which no connection can be made is tried, and how long it may take. It costs no tokens. */
const tryEveryMs = 1_000;
const tryWithinMs = 2_000;

/**
 * Asks a server that is not there for its list of models until it says anything: its circuit then lets a call through at once,
 * instead of up to two minutes later. A server that is there and does not work is left to its circuit.
 * @param closing ends it
 */
export async function watchReturn(member: PoolMember, timing: Timing, closing: AbortSignal): Promise<void> {
  let wasGone = false;
  while (member.isUnreachable() && !closing.aborted) {
    using limit = within(timing, tryWithinMs);
    using either = linked(closing, limit.signal);
    const isThere = await member.endpoint.models(either.signal).then(
      () => true,
      (error: unknown) => error instanceof EndpointError && (error.problem === 'malformed' || !isFromNobody(error)),
    );
    if (isThere) {
      if (wasGone) member.tryNow();
      return;
    }
    wasGone = true;
    await pause(timing, tryEveryMs, closing);
  }
}

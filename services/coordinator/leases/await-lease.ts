import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { LeaseStore } from '../../shared/messaging/bus.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { type HeldLease, holdLease } from './hold-lease.ts';

export interface AwaitedLease {
  readonly leases: Pick<LeaseStore, 'acquire'>;
  readonly name: string;
  readonly holder: string;
  readonly logger: Logger;
  readonly timing: Timing;
  /** Is told after each look whether it is held here. */
  readonly looked?: (isHeld: boolean) => void;
}

const lookEveryMs = 1_000;

/**
 * Looks every second, without the growing pauses of a loop that fails: whoever stands by must lead soon after a leader's death.
 * @param isOver whether there is nothing left to lead; asked after each look
 * @returns undefined once that is so
 */
export async function awaitLease(
  { leases, name, holder, logger, timing, looked }: AwaitedLease,
  isOver: () => boolean | Promise<boolean>,
  signal: AbortSignal,
): Promise<HeldLease | undefined> {
  for (;;) {
    const held = await holdLease(leases, name, holder, logger, timing);
    looked?.(held !== undefined);
    if (held !== undefined) return held;
    await timing.sleep(lookEveryMs, signal);
    if (await isOver()) return undefined;
  }
}

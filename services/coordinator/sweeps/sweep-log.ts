import { applySweepEvent } from '../../domain/sweep/apply-sweep-event.ts';
import type { SweepEvent } from '../../domain/sweep/sweep-event.ts';
import type { SweepState } from '../../domain/sweep/sweep-state.ts';
import { decodeSweepEvent, encodeSweepEvent } from '../../shared/contracts/sweep-codec.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { LogConflictError } from '../../shared/messaging/errors.ts';

/** A sweep's log as far as it was read, and what it adds up to. Several may write to it: each write follows the last entry. */
export interface SweepLog {
  /** Undefined while the log is empty. */
  state(): SweepState | undefined;
  /** Of the last entry that was read or written; 0 for none. */
  sequence(): number;
  /** Those entries. */
  entries(): readonly Uint8Array[];
  /** Reads what others have written since. @throws LogLostError */
  refresh(signal: AbortSignal): Promise<void>;
  /** @throws LogConflictError if there is an entry that was not read yet, LogLostError */
  append(event: SweepEvent): Promise<SweepState>;
}

export async function openSweepLog(
  { sweeps, now }: Pick<Bus, 'sweeps' | 'now'>,
  sweepId: string,
  signal: AbortSignal,
): Promise<SweepLog> {
  let state: SweepState | undefined;
  let last = 0;
  const entries: Uint8Array[] = [];
  const log: SweepLog = {
    state: () => state,
    sequence: () => last,
    entries: () => entries,
    async refresh(limit) {
      for await (const { entry, sequence, timeMs } of sweeps.read(sweepId, { after: last, follow: false }, limit)) {
        state = applySweepEvent(state, decodeSweepEvent(entry), timeMs);
        entries.push(entry);
        last = sequence;
      }
      limit.throwIfAborted();
    },
    async append(event) {
      // Applied first: an event that cannot follow must never get into the log. It gets its time there from the server.
      const next = applySweepEvent(state, event, await now());
      const entry = encodeSweepEvent(sweepId, event);
      last = await sweeps.append(sweepId, entry, last);
      entries.push(entry);
      state = next;
      return next;
    },
  };
  await log.refresh(signal);
  return log;
}

/**
 * Appends what follows from the state as it is, whoever else writes at the same time: `decide` is called again with what is there
 * then, if another writer came first.
 * @returns the state that stands
 */
export async function changeSweep(
  bus: Pick<Bus, 'sweeps' | 'now'>,
  sweepId: string,
  decide: (state: SweepState | undefined) => SweepEvent | undefined | Promise<SweepEvent | undefined>,
  signal: AbortSignal,
): Promise<SweepState | undefined> {
  const log = await openSweepLog(bus, sweepId, signal);
  for (;;) {
    const event = await decide(log.state());
    if (event === undefined) return log.state();
    try {
      return await log.append(event);
    } catch (error) {
      if (!(error instanceof LogConflictError)) throw error;
      await log.refresh(signal);
    }
  }
}

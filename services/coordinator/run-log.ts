import { applyEvent } from '../domain/run/apply-event.ts';
import type { RunEvent } from '../domain/run/event.ts';
import { isOver } from '../domain/run/is-over.ts';
import type { RunState } from '../domain/run/state.ts';
import { decodeEvent, encodeEvent } from '../shared/contracts/event-codec.ts';
import type { Bus } from '../shared/messaging/bus.ts';
import { entriesLost } from './run-copy.ts';

/** A run's log, and the state it adds up to. */
export interface RunLog {
  /** Undefined while the log is empty. */
  state(): RunState | undefined;
  /** Entries that the store had lost, and that were written again when the log was opened. */
  readonly restored: number;
  /**
   * Appends and applies, and returns the state after it. Once it has thrown, it is unknown whether the entry was stored: open the
   * log again.
   * @throws LogConflictError when another coordinator has taken over
   * @throws EventRefusedError if the event cannot follow; then nothing was written
   */
  append(event: RunEvent): Promise<RunState>;
}

/**
 * Reads the log to its present end. If it is only the beginning of what was remembered, the store has lost the rest, which is
 * then written again.
 * @param remembered the entries that this process knows, in order; kept current
 */
export async function openRunLog(bus: Bus, runId: string, signal: AbortSignal, remembered: Uint8Array[] = []): Promise<RunLog> {
  const found: Uint8Array[] = [];
  let last = 0;
  for await (const { sequence, entry } of bus.log.read(runId, { after: 0, follow: false }, signal)) {
    found.push(entry);
    last = sequence;
  }
  // A read that was cut short by the signal ends too early.
  signal.throwIfAborted();
  const lost = entriesLost(found, remembered) ?? [];
  for (const entry of lost) {
    signal.throwIfAborted();
    last = await bus.log.append(runId, entry, last);
    found.push(entry);
  }
  remembered.splice(0, remembered.length, ...found);
  let state = found.reduce<RunState | undefined>((before, entry) => applyEvent(before, decodeEvent(entry).event), undefined);
  return {
    state: () => state,
    restored: lost.length,
    async append(event) {
      signal.throwIfAborted();
      // Applied first: an event that cannot follow must never get into the log.
      // What is applied is what a restart would read: encoding sorts a workflow's prompts, for example.
      const entry = encodeEvent(runId, event);
      const next = applyEvent(state, decodeEvent(entry).event);
      last = await bus.log.append(runId, entry, last);
      remembered.push(entry);
      state = next;
      return next;
    },
  };
}

/** Ends a run that cannot continue because of a defect, so that people see why. */
export async function failRun(
  bus: Bus,
  runId: string,
  message: string,
  signal: AbortSignal,
  remembered: Uint8Array[] = [],
): Promise<RunState> {
  const log = await openRunLog(bus, runId, signal, remembered);
  const state = log.state();
  if (state && isOver(state)) return state;
  return await log.append({ kind: 'run-failed', failure: { kind: 'internal', message } });
}

import { applyEvent } from '../domain/search/apply-event.ts';
import type { RunEvent } from '../domain/search/event.ts';
import type { RunState } from '../domain/search/state.ts';
import { decodeEvent, encodeEvent } from '../shared/contracts/event-codec.ts';
import type { Bus } from '../shared/messaging/bus.ts';

/** A run's log, and what it amounts to. */
export interface RunLog {
  /** Undefined while the log is empty. */
  state(): RunState | undefined;
  /**
   * Appends and applies, and gives the state after it. Once it has thrown, nobody knows whether the entry is there: open the log
   * again.
   * @throws LogConflictError when another coordinator has taken over
   * @throws EventRefusedError if the event cannot follow; then nothing was written
   */
  append(event: RunEvent): Promise<RunState>;
}

/** Reads the log to its present end. */
export async function openRunLog(bus: Bus, runId: string, signal: AbortSignal): Promise<RunLog> {
  let state: RunState | undefined;
  let last = 0;
  for await (const { sequence, entry } of bus.log.read(runId, { after: 0, follow: false }, signal)) {
    state = applyEvent(state, decodeEvent(entry).event);
    last = sequence;
  }
  // A read that was cut short by the signal knows an old end.
  signal.throwIfAborted();
  return {
    state: () => state,
    async append(event) {
      signal.throwIfAborted();
      // Applied first: an event that cannot follow must never get into the log.
      // What is applied is what a restart would read: the bytes sort a workflow's prompts, for one.
      const entry = encodeEvent(runId, event);
      const next = applyEvent(state, decodeEvent(entry).event);
      last = await bus.log.append(runId, entry, last);
      state = next;
      return next;
    },
  };
}

/** Ends a run that a defect keeps from going on, so that people see why. */
export async function failRun(bus: Bus, runId: string, message: string, signal: AbortSignal): Promise<RunState> {
  const log = await openRunLog(bus, runId, signal);
  const state = log.state();
  if (state && isOver(state)) return state;
  return await log.append({ kind: 'run-failed', failure: { kind: 'internal', message } });
}

export function isOver({ status }: RunState): boolean {
  return status === 'completed' || status === 'cancelled' || status === 'failed';
}

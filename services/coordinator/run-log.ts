import type { ExecutionPlace } from '../domain/prompts/build-proposal-prompt.ts';
import { applyEvent } from '../domain/run/apply-event.ts';
import type { RunEvent } from '../domain/run/event.ts';
import { isOver } from '../domain/run/is-over.ts';
import type { RunState } from '../domain/run/state.ts';
import { decodeEvent, encodeEvent } from '../shared/contracts/event-codec.ts';
import type { Bus } from '../shared/messaging/bus.ts';
import { createAnswerPlaces, readAnswers } from './answer-places.ts';
import { nextDigest } from './digested-log.ts';
import { createLogCopy, type LogCopy } from './log-copy.ts';

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
  /** The answers to these executions as the log has them, by answerKey. */
  answers(places: readonly ExecutionPlace[]): Promise<ReadonlyMap<string, string>>;
}

/**
 * Reads the log to its present end. If it is only the beginning of what was remembered, the store has lost the rest, which is
 * then written again.
 * @param remembered what this process knows of the log; kept current
 */
export async function openRunLog(
  bus: Bus,
  runId: string,
  signal: AbortSignal,
  remembered: LogCopy = createLogCopy(),
): Promise<RunLog> {
  const places = createAnswerPlaces();
  let state: RunState | undefined;
  let last = 0;
  const apply = (entry: Uint8Array, sequence: number): void => {
    const { event } = decodeEvent(entry);
    state = applyEvent(state, event);
    places.note(event, state, sequence);
    last = sequence;
  };
  let found = 0;
  let digest = '';
  for await (const { sequence, entry } of bus.log.read(runId, { after: 0, follow: false }, signal)) {
    digest = nextDigest(digest, entry);
    found += 1;
    // A log that is a different one replaces what was remembered.
    if (remembered.digest(found) !== digest) {
      remembered.cut(found - 1);
      remembered.push(entry);
    }
    apply(entry, sequence);
  }
  // A read that was cut short by the signal ends too early.
  signal.throwIfAborted();
  const lost = remembered.length - found;
  for (const entry of remembered.from(found)) {
    signal.throwIfAborted();
    apply(entry, await bus.log.append(runId, entry, last));
  }
  return {
    state: () => state,
    restored: lost,
    async append(event) {
      signal.throwIfAborted();
      // Applied first: an event that cannot follow must never get into the log.
      // What is applied is what a restart would read: encoding sorts a workflow's prompts, for example.
      const entry = encodeEvent(runId, event);
      const next = applyEvent(state, decodeEvent(entry).event);
      last = await bus.log.append(runId, entry, last);
      remembered.push(entry);
      places.note(event, next, last);
      state = next;
      return next;
    },
    answers: (wanted) => readAnswers(bus, runId, state ?? { rounds: [] }, places, wanted),
  };
}

/** What the log adds up to now; undefined while it is empty. */
export async function readRunState(bus: Bus, runId: string, signal: AbortSignal): Promise<RunState | undefined> {
  let state: RunState | undefined;
  for await (const { entry } of bus.log.read(runId, { after: 0, follow: false }, signal)) {
    state = applyEvent(state, decodeEvent(entry).event);
  }
  signal.throwIfAborted();
  return state;
}

/** Ends a run that cannot continue because of a defect, so that people see why. */
export async function failRun(
  bus: Bus,
  runId: string,
  message: string,
  signal: AbortSignal,
  remembered: LogCopy = createLogCopy(),
): Promise<RunState> {
  const log = await openRunLog(bus, runId, signal, remembered);
  const state = log.state();
  if (state && isOver(state)) return state;
  return await log.append({ kind: 'run-failed', failure: { kind: 'internal', message } });
}

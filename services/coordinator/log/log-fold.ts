import type { RoundTimes } from '../../domain/report/time-left.ts';
import { applyEvent } from '../../domain/run/apply/apply-event.ts';
import type { RunEvent } from '../../domain/run/event.ts';
import type { RunState } from '../../domain/run/state.ts';
import { decodeEvent } from '../../shared/contracts/event-codec.ts';
import type { LogEntry } from '../../shared/messaging/event-log.ts';
import { type AnswerPlaces, createAnswerPlaces } from './answer-places.ts';
import type { RunSnapshot } from './snapshot-codec.ts';

/** A log as far as it has been folded. */
export interface LogFold {
  state(): RunState | undefined;
  /** Of the last entry, 0 for none. */
  sequence(): number;
  /** Kept current, as are the places. */
  readonly times: RoundTimes;
  readonly answers: AnswerPlaces;
  /** Of the times and places as they are now. */
  copies(): Pick<RunSnapshot, 'times' | 'answers'>;
  /** @throws ContractError, EventRefusedError */
  add(entry: LogEntry): RunEvent;
  /** An event that the log has at this sequence. @param state after it */
  added(event: RunEvent, state: RunState, place: Pick<LogEntry, 'sequence' | 'timeMs'>): void;
}

/** @param snapshot what the entries follow; without one, the beginning */
export function foldLog(snapshot?: Pick<RunSnapshot, 'state' | 'place' | 'times' | 'answers'>): LogFold {
  let state = snapshot?.state;
  let last = snapshot?.place.sequence ?? 0;
  const times = new Map(snapshot?.times);
  const answers = createAnswerPlaces(snapshot?.answers);
  const added: LogFold['added'] = (event, next, { sequence, timeMs }) => {
    state = next;
    last = sequence;
    answers.note(event, next, sequence);
    if (event.kind === 'round-started') times.set(event.round, { startMs: timeMs });
    if (event.kind === 'round-completed') {
      times.set(event.round, { startMs: times.get(event.round)?.startMs ?? timeMs, endMs: timeMs });
    }
  };
  return {
    state: () => state,
    sequence: () => last,
    ...{ times, answers, added },
    copies: () => ({ times: new Map(times), answers: createAnswerPlaces(answers.byRound).byRound }),
    add(entry) {
      const { event } = decodeEvent(entry.entry);
      added(event, applyEvent(state, event), entry);
      return event;
    },
  };
}

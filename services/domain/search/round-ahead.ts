import { applyEvent } from '../run/apply/apply-event.ts';
import type { RunEvent } from '../run/event.ts';
import type { Round, RunState } from '../run/state.ts';
import { nextRoundAhead } from './plan-next-step.ts';
import { viewOf } from './view-of.ts';

/** A round that has begun while an earlier one is under way: the log has come only to that one. */
export interface RoundAhead {
  /** What has happened in it, in the order in which it will be in the log. */
  readonly events: readonly RunEvent[];
  /** What that comes to. */
  readonly round: Round;
}

/** What is known of a run beyond its log: the log's state with these rounds, which follow its newest. */
export function withRoundsAhead(state: RunState, ahead: readonly RoundAhead[]): RunState {
  return ahead.length === 0 ? state : { ...state, rounds: [...state.rounds, ...ahead.map(({ round }) => round)] };
}

/** Begins the round after these; undefined if one that it must see is under way, or if no further round follows. */
export function beginRoundAhead(state: RunState, ahead: readonly RoundAhead[]): RoundAhead | undefined {
  const known = withRoundsAhead(state, ahead);
  const event = nextRoundAhead(known);
  return event && { events: [event], round: roundAfter(known, event, event.round) };
}

/**
 * @param known the log's state with the rounds ahead up to this one
 * @throws EventRefusedError if the event cannot follow
 */
export function addToRoundAhead(known: RunState, { events, round }: RoundAhead, event: RunEvent): RoundAhead {
  return { events: [...events, event], round: roundAfter(known, event, round.round) };
}

function roundAfter(known: RunState, event: RunEvent, round: number): Round {
  return applyEvent(viewOf(known, round), event).rounds[round - 1] as Round;
}

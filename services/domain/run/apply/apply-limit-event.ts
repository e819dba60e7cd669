import type { LimitReached } from '../event.ts';
import type { RunState } from '../state.ts';
import { EventRefusedError } from './event-refused-error.ts';

/** @throws EventRefusedError */
export function reachLimit(state: RunState, { kind, ...reached }: LimitReached): RunState {
  const isPicking = state.rounds.length > 0 && state.rounds.at(-1)?.completed === true;
  if (reached.ends === 'search' && state.limit !== undefined) throw new EventRefusedError(kind, 'the search has ended already');
  if (reached.ends === 'pick' && !isPicking) throw new EventRefusedError(kind, 'the final pick has not begun');
  if (state.limit?.reached.ends === 'pick') throw new EventRefusedError(kind, 'the final pick has ended already');
  if (!(reached.most >= 0 && reached.used >= 0)) throw new EventRefusedError(kind, 'a limit cannot be below 0');
  return { ...state, limit: { reached, before: state.limit?.before ?? state } };
}

/**
 * The run as it was before its limit. What has been executed since was paid for and is charged to nobody: it is found again, and
 * charged, where it is asked for.
 * @throws EventRefusedError
 */
export function raiseLimits({ limit }: RunState): RunState {
  if (limit === undefined) throw new EventRefusedError('limits-raised', 'no limit was reached');
  return limit.before;
}

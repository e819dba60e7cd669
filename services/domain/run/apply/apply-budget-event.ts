import type { RunEvent, SpendingNoted, TokensReserved } from '../event.ts';
import type { RunState } from '../state.ts';
import { EventRefusedError } from './event-refused-error.ts';

/** @throws EventRefusedError */
export function reserveTokens(state: RunState, { kind, jobs, tokens }: TokensReserved): RunState {
  if (state.configuration.search.tokenBudget === 0) throw new EventRefusedError(kind, 'the run has no token budget');
  const open = state.reservation?.open ?? 0;
  if (open > 0) throw new EventRefusedError(kind, `${open} jobs of the reservation before it have not been reported`);
  if (!(jobs >= 1) || !(tokens >= 0)) throw new EventRefusedError(kind, 'it is for no jobs');
  const reserved = { ...state, reservation: { open: jobs, done: 0, tokens } };
  // Between rounds, nothing is reserved except for the final pick.
  const picking = state.rounds.at(-1)?.completed !== false;
  return picking && state.paidBesideBeforePick === undefined
    ? { ...reserved, paidBesideBeforePick: paidBesideNet(state) }
    : reserved;
}

/** @throws EventRefusedError */
export function noteSpending(state: RunState, { kind, tokens, savedTokens = 0 }: SpendingNoted): RunState {
  const { paidBeside = 0, savedTokens: saved = 0 } = state;
  const isMore = tokens >= paidBeside && savedTokens >= saved && (tokens > paidBeside || savedTokens > saved);
  if (!isMore) throw new EventRefusedError(kind, 'it reports no more than was known');
  return { ...state, paidBeside: tokens, ...(savedTokens > 0 && { savedTokens }) };
}

/** Tokens paid for that the ledger does not hold, less those that it holds and that were not paid for. */
export function paidBesideNet({ paidBeside = 0, savedTokens = 0 }: RunState): number {
  return paidBeside - savedTokens;
}

/** Takes what an event reports off the open reservation. @throws EventRefusedError for jobs that nothing was reserved for */
export function applyToReservation(state: RunState, event: RunEvent): RunState {
  const jobs = jobsOf(event);
  const { reservation } = state;
  // A log from before there were reservations has none.
  if (jobs === 0 || reservation === undefined) return state;
  if (jobs > reservation.open) throw new EventRefusedError(event.kind, `tokens were reserved for ${reservation.open} jobs`);
  return { ...state, reservation: { ...reservation, open: reservation.open - jobs, done: reservation.done + jobs } };
}

function jobsOf(event: RunEvent): number {
  switch (event.kind) {
    case 'executions-completed':
    case 'final-executions-completed':
      return event.outcomes.length;
    case 'workflow-proposed':
      // The optimizer was not asked for the initial workflow.
      return event.turn === 0 ? 0 : 1;
    case 'query-workflow-proposed':
    case 'canary-completed':
    case 'prediction-completed':
      return 1;
    default:
      return 0;
  }
}

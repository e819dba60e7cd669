import { bestRound } from '../best-round.ts';
import type { RunConfiguration } from '../configuration.ts';
import type { MemoryRecalled, RunEvent } from '../event.ts';
import type { RunState } from '../state.ts';
import { applyToReservation, noteSpending, reserveTokens } from './apply-budget-event.ts';
import { applyFinalEvent } from './apply-final-event.ts';
import { raiseLimits, reachLimit } from './apply-limit-event.ts';
import { applyRoundEvent, startRound } from './apply-round-event.ts';
import { EventRefusedError } from './event-refused-error.ts';

type RunCompleted = Extract<RunEvent, { kind: 'run-completed' }>;

/**
 * Folds one event into the state; undefined is the state of an empty log. Nothing is changed in place, and the work is
 * proportional to the event and the round it belongs to, not to the run.
 * @throws EventRefusedError if the event cannot follow
 */
export function applyEvent(state: RunState | undefined, event: RunEvent): RunState {
  if (state === undefined) {
    if (event.kind !== 'run-started') throw new EventRefusedError(event.kind, 'a log begins with run-started');
    return startRun(event.configuration);
  }
  refuseByStatus(state, event);
  return applyToReservation(applyToRun(state, event), event);
}

function applyToRun(state: RunState, event: RunEvent): RunState {
  switch (event.kind) {
    case 'run-started':
      throw new EventRefusedError(event.kind, 'the run has already been started');
    case 'memory-recalled':
      return takeMemory(state, event);
    case 'tokens-reserved':
      return reserveTokens(state, event);
    case 'spending-noted':
      return noteSpending(state, event);
    case 'limit-reached':
      return reachLimit(state, event);
    case 'limits-raised':
      return raiseLimits(state);
    case 'run-completed':
      return completeRun(state, event);
    case 'run-cancelled':
      return { ...state, status: 'cancelled' };
    case 'run-failed':
      return { ...state, status: 'failed', failure: event.failure };
    case 'run-paused':
      return { ...state, status: 'paused' };
    case 'run-resumed':
      return { ...state, status: 'running' };
    case 'round-started':
      return startRound(state, event);
    case 'final-executions-completed':
      return applyFinalEvent(state, event);
    default:
      return applyRoundEvent(state, event);
  }
}

function startRun(configuration: RunConfiguration): RunState {
  if (!(configuration.benchmark.queryCount >= 1)) {
    throw new EventRefusedError('run-started', `the benchmark ${configuration.benchmark.name} has no queries`);
  }
  return { configuration, status: 'running', rounds: [], ledger: [] };
}

function takeMemory(state: RunState, { kind, rows }: MemoryRecalled): RunState {
  const { benchmark, search } = state.configuration;
  const { queryCount } = benchmark;
  if (search.memory !== true) throw new EventRefusedError(kind, 'the run does not use memory');
  if (state.memory !== undefined || state.rounds.length > 0)
    throw new EventRefusedError(kind, 'the run has already begun without it');
  for (const { runId, round, queries, scores } of rows) {
    const isRow = queries.length === scores.length && new Set(queries).size === queries.length;
    if (!isRow || queries.some((query) => !(query < queryCount)) || scores.some((score) => !(score >= 0 && score <= 1))) {
      throw new EventRefusedError(
        kind,
        `round ${round} of ${runId} has no row of scores in [0, 1] for these ${queryCount} queries`,
      );
    }
  }
  return { ...state, memory: rows };
}

/** A paused run accepts nothing but its end or its resumption, and nothing follows an end, unless a limit has caused it. */
function refuseByStatus(state: RunState, event: RunEvent): void {
  if (state.status === 'running') {
    if (event.kind === 'run-resumed') throw new EventRefusedError(event.kind, 'the run is not paused');
    return;
  }
  if (state.status === 'completed' && event.kind === 'limits-raised') return;
  const endsOrResumes = event.kind === 'run-resumed' || event.kind === 'run-cancelled' || event.kind === 'run-failed';
  if (state.status !== 'paused' || !endsOrResumes) throw new EventRefusedError(event.kind, `the run is ${state.status}`);
}

function completeRun(state: RunState, event: RunCompleted): RunState {
  if (state.rounds.at(-1)?.completed === false) {
    throw new EventRefusedError(event.kind, `round ${state.rounds.length} is not completed`);
  }
  // A token budget, or a limit, may end before any workflow has a score.
  const mayHaveNone = event.reason === 'token-budget' || event.reason === 'limit';
  const none = event.bestRound === 0 && mayHaveNone && bestRound(state) === undefined;
  if (event.reason === 'limit' && state.limit === undefined) throw new EventRefusedError(event.kind, 'no limit was reached');
  if (!none && state.rounds[event.bestRound - 1]?.evaluation === undefined) {
    throw new EventRefusedError(event.kind, `round ${event.bestRound} was named the best but has no score`);
  }
  const best = none ? {} : { bestRound: event.bestRound };
  return { ...state, status: 'completed', ...best, stopReason: event.reason };
}

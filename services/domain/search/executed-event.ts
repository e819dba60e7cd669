import type { ExecuteCommand } from '../run/command.ts';
import type { ExecutionOutcome, RunEvent } from '../run/event.ts';
import type { RunState } from '../run/state.ts';

/** What a batch of outcomes of an execute command means to the run. */
export function executedEvent(
  { round, purpose }: ExecuteCommand,
  outcomes: readonly ExecutionOutcome[],
  state: RunState,
): RunEvent {
  if (purpose === 'final') return { kind: 'final-executions-completed', round, outcomes };
  if (purpose === undefined) return { kind: 'executions-completed', round, outcomes };
  const turn = state.rounds[round - 1]?.proposals.at(-1)?.turn ?? 0;
  const [outcome] = outcomes;
  if (outcome === undefined || outcomes.length > 1) throw new Error(`the canary of round ${round} is one execution`);
  return { kind: 'canary-completed', round, turn, outcome };
}

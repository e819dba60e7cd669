import type { WorkCommand } from '../../domain/run/command.ts';
import { executionFacts } from '../../domain/run/outcomes/execution-facts.ts';
import type { Round, RunState } from '../../domain/run/state.ts';

/**
 * Executions that make the most calls begin first, so that none of them is still under way when nothing else is left to do. By
 * what the executions of their workflows have taken so far; the log has them in the order of the plan.
 */
export function longestFirst(work: readonly WorkCommand[], { rounds }: Pick<RunState, 'rounds'>): WorkCommand[] {
  if (work.length < 2) return [...work];
  const calls = new Map(rounds.map(({ workflowHash, outcomes }) => [workflowHash, meanCalls(outcomes)]));
  const callsOf = (command: WorkCommand): number =>
    command.kind === 'execute' ? (calls.get(command.workflowHash) ?? 0) : Number.POSITIVE_INFINITY;
  return work.toSorted((one, other) => callsOf(other) - callsOf(one) || 0);
}

/** Of an execution; 0 if there is none. */
function meanCalls(outcomes: Round['outcomes']): number {
  const calls = executionFacts(outcomes).uses.reduce((sum, use) => sum + use.calls, 0);
  return calls / Math.max(1, outcomes.length);
}

import type { WorkCommand } from '../domain/run/command.ts';
import type { RunState } from '../domain/run/state.ts';

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
function meanCalls(outcomes: Iterable<{ readonly tokens: readonly { readonly calls: number }[] }>): number {
  let [calls, executions] = [0, 0];
  for (const { tokens } of outcomes) {
    executions += 1;
    for (const use of tokens) calls += use.calls;
  }
  return executions === 0 ? 0 : calls / executions;
}

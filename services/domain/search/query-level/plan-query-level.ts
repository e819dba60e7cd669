import { evaluateRound } from '../../evaluation/evaluate-round.ts';
import type { EvaluationMethods } from '../../evaluation/registry.ts';
import type { Command } from '../../run/command.ts';
import { awaitedProposals, executedWorkflows } from '../../run/query-workflows.ts';
import type { Round, RunState } from '../../run/state.ts';

/**
 * The query-level baseline, a run of one round: the optimizer writes a workflow for each query, all at once, and each is
 * executed on its one query. Refused ones are asked for again once, when all the others have arrived. The score is the mean over
 * the queries, as for one workflow.
 */
export function planQueryLevel(state: RunState, round: Round, methods: EvaluationMethods): readonly Command[] {
  const awaited = awaitedProposals(round, state.configuration.benchmark.queryCount);
  if (awaited.length > 0) return awaited.map((proposal) => ({ kind: 'propose', round: round.round, ...proposal }));
  const workflowFor = executedWorkflows(round);
  return evaluateRound(state, round, methods).map((command) => {
    if (command.kind !== 'execute') return command;
    const executions = command.executions.map((execution) => {
      const workflowHash = workflowFor(execution.queryIndex)?.workflowHash;
      return workflowHash === undefined ? execution : { ...execution, workflowHash };
    });
    return { ...command, executions };
  });
}

import type { Benchmark } from '../../domain/benchmark.ts';
import { queryProposalPrompt } from '../../domain/prompts/build-query-proposal-prompt.ts';
import { parseProposal } from '../../domain/prompts/parse-proposal.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import type { Asked, WorkflowExecutor } from '../in-process/workflow-executor.ts';
import type { RoutingPolicy } from './policy-file.ts';

export interface WantedWorkflow {
  readonly policy: RoutingPolicy;
  readonly optimizer: WorkflowExecutor;
  readonly executorModel: string;
  /** The task's usual workflow: it answers where none can be written. */
  readonly usual: Workflow;
  readonly fields: Readonly<Record<string, string>>;
  readonly asked: Asked;
  readonly signal: AbortSignal;
}

/** As in a run with a workflow for each query: a refused reply may be repaired once. */
const turns = 2;

/**
 * Has the optimizer write a workflow for one query.
 * @throws InfrastructureError, or the signal's reason
 */
export async function writeWorkflow(wanted: WantedWorkflow): Promise<Workflow> {
  const { policy, optimizer, executorModel, usual, fields, asked, signal } = wanted;
  const { maxCalls } = policy;
  const benchmark = taskOf(policy);
  let refused: Parameters<typeof queryProposalPrompt>[0]['refused'];
  for (let turn = 1; turn <= turns; turn += 1) {
    const content = queryProposalPrompt({
      benchmark,
      executorModel,
      maxCalls,
      usual,
      query: { fields },
      ...(refused && { refused }),
    });
    const request = { callId: `propose/${turn}`, purpose: 'propose', messages: [{ role: 'user', content }] } as const;
    const { text: reply, finishReason } = await optimizer.client('query-level', asked).complete(request, signal);
    const parsed = parseProposal({ reply, cutOff: finishReason === 'length', benchmark, maxCalls });
    if (!('failure' in parsed)) return parsed.workflow;
    refused = { failure: parsed.failure, reply };
  }
  return usual;
}

/** What the optimizer is told of the task; its queries are not in it. */
function taskOf({ queryLevel, inputs, run }: RoutingPolicy): Benchmark {
  if (queryLevel === undefined) throw new RangeError('the policy has no step at query level');
  return { ...queryLevel.task, split: run.split, queries: [], inputs, scorer: run.scorer, otherScorers: [] };
}

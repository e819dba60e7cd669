import type { Workflow } from '../workflow/workflow.ts';
import type { Round } from './state.ts';

/** A refused reply may be repaired once; after that the query falls back to the initial workflow. */
const turns = 2;

export interface AwaitedProposal {
  readonly queryIndex: number;
  readonly turn: number;
}

/**
 * The proposals that are still to be requested and do not depend on each other, in the fixed order of the log: first one for
 * each query; when all have an answer, the refused ones once more.
 */
export function awaitedProposals({ queryProposals = [] }: Pick<Round, 'queryProposals'>, queryCount: number): AwaitedProposal[] {
  const first = queryProposals.slice(0, queryCount);
  if (first.length < queryCount) {
    return Array.from({ length: queryCount - first.length }, (_, index) => ({ queryIndex: first.length + index, turn: 1 }));
  }
  const refused = first.filter(({ failure }) => failure !== undefined);
  const mended = queryProposals.length - queryCount;
  return refused.slice(mended).map(({ queryIndex }) => ({ queryIndex, turn: turns }));
}

export interface ExecutedWorkflow {
  readonly workflow: Workflow;
  readonly workflowHash: string;
}

/** What is executed on each query: its own workflow if it has one, otherwise the round's. */
export function executedWorkflows({
  queryProposals = [],
  workflow,
  workflowHash,
}: Pick<Round, 'queryProposals' | 'workflow' | 'workflowHash'>): (queryIndex: number) => ExecutedWorkflow | undefined {
  const common = workflow === undefined ? undefined : { workflow, workflowHash };
  const own = new Map(
    queryProposals.flatMap((proposal) =>
      proposal.workflow === undefined
        ? []
        : [[proposal.queryIndex, { workflow: proposal.workflow, workflowHash: proposal.workflowHash }] as const],
    ),
  );
  return (queryIndex) => own.get(queryIndex) ?? common;
}

/** Queries for which the optimizer has written no valid workflow, which the round's own then answers. */
export function fallenBack({ queryProposals = [] }: Pick<Round, 'queryProposals'>): number {
  const written = new Set(queryProposals.flatMap(({ queryIndex, workflow }) => (workflow === undefined ? [] : [queryIndex])));
  return new Set(queryProposals.map(({ queryIndex }) => queryIndex)).size - written.size;
}

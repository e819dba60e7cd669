import { defined } from '../defined.ts';
import type { Failure } from '../failure.ts';
import type { WorkflowProposed } from '../run/event.ts';
import type { TokenUse } from '../run/ledger/token-use.ts';
import { brokenProposals, proposalLimit } from '../run/proposals.ts';
import type { RunState } from '../run/state.ts';
import { nearForm } from '../workflow/near-form.ts';
import { difference, similarity } from '../workflow/similarity.ts';
import type { Workflow } from '../workflow/workflow.ts';

/** The result of reading the optimizer's reply: a valid workflow with its canonical hash, or why there is none. */
export type ParsedProposal =
  | { readonly modification: string; readonly workflow: Workflow; readonly workflowHash: string }
  | { readonly modification?: string; readonly failure: Failure };

export interface ProposalToAdmit {
  readonly state: RunState;
  /** The open round. */
  readonly round: number;
  readonly turn: number;
  readonly parsed: ParsedProposal;
  /** The reply as received. */
  readonly reply: string;
  readonly tokens: TokenUse | undefined;
}

/**
 * Decides on a proposal before anything is spent on it. It refuses a workflow whose canonical form was already executed in this
 * run, one that differs from such a workflow only trivially, and a modification that was already tried on the same parent
 * (AFlow's rule). A refused edit may be proposed again, since a repaired workflow has the same modification. If the settings say
 * so, it also refuses what is nearly an earlier workflow, once a round and never on its last turn.
 */
export function admitProposal({ state, round, turn, parsed, reply, tokens }: ProposalToAdmit): WorkflowProposed {
  const base = { kind: 'workflow-proposed', round, turn, reply, ...defined({ tokens }) } as const;
  const modification = parsed.modification ?? '';
  if ('failure' in parsed) return { ...base, modification, workflowHash: '', failure: parsed.failure };
  const failure =
    duplicateOf(state, parsed.workflowHash, parsed.workflow) ??
    repetitionOf(state, round, modification) ??
    similarOf(state, round, turn, parsed.workflow);
  if (failure !== undefined) return { ...base, modification, workflowHash: '', failure };
  return { ...base, modification, workflow: parsed.workflow, workflowHash: parsed.workflowHash };
}

/** The round whose workflow or edit a refused proposal repeats; undefined where it was refused for something else. */
export function repeatedRound({ kind, message }: Failure): number | undefined {
  if (kind !== 'duplicate-workflow' && kind !== 'repeated-modification' && kind !== 'similar-workflow') return undefined;
  // The log holds no more of it than this sentence, which begins with that round in all its forms.
  const found = /\bround (\d+)/.exec(message)?.[1];
  return found === undefined ? undefined : Number(found);
}

interface Executed {
  readonly round: number;
  readonly workflow: Workflow;
  readonly workflowHash: string;
}

/** Every workflow accepted so far, including those that failed on their canary. */
function executedWorkflows({ rounds }: RunState): Executed[] {
  return rounds.flatMap(({ round, proposals, workflow, workflowHash }) => [
    ...(workflow === undefined ? [] : [{ round, workflow, workflowHash }]),
    ...brokenProposals({ proposals }).flatMap((broken) =>
      broken.workflow === undefined ? [] : [{ round, workflow: broken.workflow, workflowHash: broken.workflowHash }],
    ),
  ]);
}

function duplicateOf(state: RunState, workflowHash: string, workflow: Workflow): Failure | undefined {
  const executed = executedWorkflows(state);
  const same = executed.find((earlier) => earlier.workflowHash === workflowHash);
  if (same !== undefined) {
    const message = `this is the workflow of round ${same.round} again; change what it does, not only its name or description`;
    return { kind: 'duplicate-workflow', message };
  }
  const form = nearForm(workflow);
  const near = executed.find((earlier) => nearForm(earlier.workflow) === form);
  if (near === undefined) return undefined;
  const message = `this differs from the workflow of round ${near.round} only in capitals, blanks or punctuation in its texts; change what it does`;
  return { kind: 'duplicate-workflow', message };
}

function repetitionOf(state: RunState, round: number, modification: string): Failure | undefined {
  const parentRound = state.rounds[round - 1]?.parentRound;
  const same = state.rounds.find(
    (sibling) =>
      sibling.round !== round &&
      sibling.parentRound === parentRound &&
      sibling.workflow !== undefined &&
      normalised(sibling.modification) === normalised(modification),
  );
  if (same === undefined) return undefined;
  const message = `round ${same.round} made the same modification of round ${parentRound}; make a different one`;
  return { kind: 'repeated-modification', message };
}

/** It must be nearer to the tried workflow than to its parent by this factor: small edits of one parent are all alike. */
const nearerThanParent = 0.5;

function similarOf({ configuration, rounds }: RunState, round: number, turn: number, workflow: Workflow): Failure | undefined {
  const { similarityLimit = 1 } = configuration.search;
  const open = rounds[round - 1];
  if (similarityLimit >= 1 || open === undefined || turn >= proposalLimit(open, configuration.search)) return undefined;
  if (open.proposals.some(({ failure }) => failure?.kind === 'similar-workflow')) return undefined;
  const parent = rounds[open.parentRound - 1];
  const moved = parent?.workflow === undefined ? Number.POSITIVE_INFINITY : difference(parent.workflow, workflow);
  const near = rounds
    .flatMap((other) =>
      other.workflow === undefined || other === open || other.workflowHash === parent?.workflowHash
        ? []
        : [{ other, similar: similarity(other.workflow, workflow), apart: difference(other.workflow, workflow) }],
    )
    .filter(({ similar, apart }) => similar >= similarityLimit && apart <= nearerThanParent * moved)
    .sort((one, two) => two.similar - one.similar)[0];
  if (near === undefined) return undefined;
  const { round: tried, evaluation } = near.other;
  const score = evaluation === undefined ? 'whose score is not known yet' : `which scored ${evaluation.score.toFixed(3)}`;
  const share = Math.floor(100 * near.similar);
  const message = `this is to ${share} % the workflow of round ${tried}, ${score}; make a change that goes another way`;
  return { kind: 'similar-workflow', message };
}

function normalised(modification: string): string {
  return modification.trim().replace(/\s+/g, ' ').toLowerCase();
}

import { operators } from '../../operators/registry.ts';
import type { ExecuteCommand, ProposeCommand, WorkCommand } from '../../run/command.ts';
import type { WorkflowProposed } from '../../run/event.ts';
import { tokensOfOutcome } from '../../run/ledger/mean-cost.ts';
import { totalUse } from '../../run/ledger/totals.ts';
import type { KeptOutcome } from '../../run/outcomes/outcome-columns.ts';
import { executedWorkflows } from '../../run/query-workflows.ts';
import type { Round, RunState } from '../../run/state.ts';
import { highestOf } from '../../statistics/extremes.ts';
import { workflowBounds } from '../../workflow/bounds.ts';
import type { Workflow } from '../../workflow/workflow.ts';

/** What a job may take, judging by what others have taken. */
export interface JobCost {
  /** Most tokens of one such job so far; before the first, a guess. */
  readonly most: number;
  /** The number of jobs that this is based on. */
  readonly seen: number;
}

/** Jobs of another workflow say less about what this one takes than a job of its own would. */
const seenElsewhere = 0.2;

/** No such job was seen yet, so it is not known how many fit: they are tried one at a time. */
export const unseen = 0;

/** What each job of a command may take, in the command's order. */
export function jobCosts(state: RunState, command: WorkCommand): JobCost[] {
  if (command.kind === 'execute') return executionCosts(state, command);
  return [command.kind === 'propose' ? proposalCost(state, command) : predictionCost(state)];
}

function proposalCost(state: RunState, { queryIndex }: ProposeCommand): JobCost {
  const made = state.rounds.flatMap(({ proposals, queryProposals = [] }) => {
    const asked: readonly Pick<WorkflowProposed, 'tokens'>[] = queryIndex === undefined ? proposals : queryProposals;
    return asked.flatMap(({ tokens }) => tokens ?? []);
  });
  return mostOf(
    made.map((use) => totalUse([use]).tokens),
    state.configuration.optimizer.maxTokens,
  );
}

function predictionCost(state: RunState): JobCost {
  const made = state.rounds.flatMap(({ predictions }) => predictions.flatMap(({ tokens }) => tokens ?? []));
  return mostOf(
    made.map((use) => totalUse([use]).tokens),
    state.configuration.optimizer.maxTokens,
  );
}

function executionCosts(state: RunState, command: ExecuteCommand): JobCost[] {
  const round = state.rounds[command.round - 1];
  const known = new Map<string, JobCost>();
  const workflowFor = round && executedWorkflows(round);
  return command.executions.map(({ queryIndex, workflowHash = command.workflowHash }) => {
    const cost = known.get(workflowHash) ?? executionCost(state, workflowHash, workflowFor?.(queryIndex)?.workflow);
    known.set(workflowHash, cost);
    return cost;
  });
}

/** The cost of this workflow or, before it was executed, of as many calls as it can make, each at the highest cost so far. */
function executionCost(state: RunState, workflowHash: string, workflow: Workflow | undefined): JobCost {
  const own = executed(state, (round) => round.workflowHash === workflowHash && round.queryProposals === undefined);
  if (own.length > 0) return mostOf(own.map(tokensOfOutcome), 0);
  const all = executed(state, () => true);
  if (workflow === undefined) return { most: 0, seen: unseen };
  const perCall = all.map(({ tokens }) => totalUse(tokens)).map(({ tokens, calls }) => tokens / Math.max(1, calls));
  if (perCall.length === 0) return { most: leastTokens(workflow), seen: unseen };
  const { maxCalls } = workflowBounds(workflow, operators);
  return { most: Math.ceil(Math.max(1, maxCalls) * highestOf(perCall)), seen: seenElsewhere };
}

function executed({ rounds, finalOutcomes = [] }: RunState, isMeant: (round: Round) => boolean): KeptOutcome[] {
  const meant = rounds.filter(isMeant);
  const numbers = new Set(meant.map(({ round }) => round));
  const searched = meant.flatMap(({ canary, outcomes }) => (canary === undefined ? [...outcomes] : [canary, ...outcomes]));
  return [...searched, ...finalOutcomes.filter(({ round }) => numbers.has(round)).map(({ outcome }) => outcome)];
}

/** An execution reads at least its prompts. Four characters per token is within a quarter of the truth for English text. */
function leastTokens({ prompts }: Workflow): number {
  const characters = Object.values(prompts).reduce((sum, prompt) => sum + prompt.length, 0);
  return Math.max(2, Math.ceil(characters / 4));
}

function mostOf(tokens: readonly number[], otherwise: number): JobCost {
  return tokens.length === 0 ? { most: otherwise, seen: unseen } : { most: highestOf(tokens), seen: tokens.length };
}

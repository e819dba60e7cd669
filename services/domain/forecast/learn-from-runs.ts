import { workflowYaml } from '../prompts/workflow-yaml.ts';
import { totalUse } from '../run/ledger/totals.ts';
import type { Round, RunState } from '../run/state.ts';
import { mean } from '../statistics/intervals.ts';
import type { EditEffect, EditsOf } from './edit-effects.ts';
import type { ExpectedUse } from './stand-in.ts';

/** What an execution of a round's workflow has taken, the mean over those that were executed; undefined if none was. */
export function meanExecution({ outcomes }: Pick<Round, 'outcomes'>): ExpectedUse | undefined {
  if (outcomes.length === 0) return undefined;
  const { calls, usage } = totalUse(outcomes.flatMap(({ tokens }) => tokens));
  const { promptTokens, completionTokens } = usage;
  const [each, prompts, replies] = [calls, promptTokens, completionTokens].map((sum) => sum / outcomes.length);
  return { calls: each ?? 0, promptTokens: prompts ?? 0, completionTokens: replies ?? 0 };
}

/** What the optimizer has used and made. */
export interface LearnedOptimizer {
  /** Tokens of its replies beside the workflow that they hold; undefined if it was never asked. */
  readonly proposalTokens: number | undefined;
  readonly predictionTokens: number | undefined;
  readonly refused: { readonly first: number; readonly later: number } | undefined;
  readonly edits: readonly EditsOf[] | undefined;
}

/** Fewer say too little. */
const [fewestProposals, fewestEdits, fewestOfTheStart] = [10, 30, 10];

/** @param tokensPerCharacter of the workflows in its replies */
export function learnOptimizer(runs: readonly RunState[], tokensPerCharacter: number): LearnedOptimizer {
  const proposals = runs.flatMap(({ rounds }) => rounds.flatMap((round) => round.proposals)).filter(({ turn }) => turn > 0);
  const predictions = runs.flatMap(({ rounds }) => rounds.flatMap((round) => round.predictions));
  const beside = proposals.flatMap(({ workflow, tokens }) =>
    workflow === undefined || tokens === undefined
      ? []
      : [tokens.usage.completionTokens - workflowYaml(workflow).length * tokensPerCharacter],
  );
  const predicted = predictions.flatMap(({ tokens }) => tokens?.usage.completionTokens ?? []);
  const [first, later] = [proposals.filter(({ turn }) => turn === 1), proposals.filter(({ turn }) => turn > 1)];
  const share = (some: typeof proposals) =>
    some.length === 0 ? 0.2 : some.filter(({ failure }) => failure !== undefined).length / some.length;
  const known = proposals.length >= fewestProposals;
  const pairs = runs.flatMap(editsIn);
  return {
    proposalTokens: known && beside.length > 0 ? Math.max(0, mean(beside)) : undefined,
    predictionTokens: predicted.length >= fewestProposals ? mean(predicted) : undefined,
    refused: known ? { first: share(first), later: share(later) } : undefined,
    edits: pairs.length < fewestEdits ? undefined : grouped(pairs),
  };
}

export interface KnownEdit extends EditEffect {
  readonly parentCalls: number;
  /** Tokens of the parent's replies, as a multiple of the initial workflow's. */
  readonly parentReply: number;
  /** Edits that the parent has behind it. */
  readonly parentEdits: number;
}

/** Of all workflows that were executed, and whose parents were. */
export function editsIn({ rounds }: Pick<RunState, 'rounds'>): KnownEdit[] {
  const [initial] = rounds;
  const first = initial && meanExecution(initial);
  if (first === undefined || first.calls === 0) return [];
  return rounds.flatMap((round) => {
    const parent = rounds[round.parentRound - 1];
    const [before, after] = [parent && meanExecution(parent), meanExecution(round)];
    if (before === undefined || after === undefined || before.calls === 0 || after.calls === 0) return [];
    const overhead = ({ promptTokens, calls }: ExpectedUse) => promptTokens - (calls * first.promptTokens) / first.calls;
    const reply = ({ completionTokens, calls }: ExpectedUse) => Math.max(1, completionTokens / calls);
    const behind = (of: Round): number => {
      const before = rounds[of.parentRound - 1];
      return before === undefined ? 0 : 1 + behind(before);
    };
    return [
      {
        parentCalls: before.calls,
        parentReply: reply(before) / reply(first),
        parentEdits: parent === undefined ? 0 : behind(parent),
        calls: after.calls / before.calls,
        overhead: overhead(after) - overhead(before),
        reply: (reply(after) - reply(before)) / reply(first),
        gain: (round.evaluation?.score ?? 0) - (parent?.evaluation?.score ?? 0),
      },
    ];
  });
}

function grouped(pairs: readonly KnownEdit[]): EditsOf[] {
  const mostReply = Number.POSITIVE_INFINITY;
  const byCalls = [1.5, 3.5, Number.POSITIVE_INFINITY].map((mostCalls, index, all) => {
    const own = pairs.filter(({ parentCalls }) => parentCalls <= mostCalls && parentCalls > (all[index - 1] ?? 0));
    // A group without any is as all are.
    return { mostCalls, mostReply, effects: own.length === 0 ? pairs : own };
  });
  const ofTheStart = pairs.filter(({ parentEdits }) => parentEdits === 0);
  if (ofTheStart.length < fewestOfTheStart) return byCalls;
  return [{ mostCalls: Number.POSITIVE_INFINITY, mostReply, mostEdits: 0, effects: ofTheStart }, ...byCalls];
}

import type { Benchmark } from '../../domain/benchmark.ts';
import { excerpt } from '../../domain/prompts/logged-outcome.ts';
import { parsePrediction } from '../../domain/prompts/parse-prediction.ts';
import { parseProposal } from '../../domain/prompts/parse-proposal.ts';
import type { ProposeCommand } from '../../domain/run/command.ts';
import type { ExecutionOutcome, PredictionCompleted, QueryWorkflowProposed, WorkflowProposed } from '../../domain/run/event.ts';
import type { TokenUse } from '../../domain/run/ledger/token-use.ts';
import { useByModel } from '../../domain/run/ledger/use-by-model.ts';
import type { RunState } from '../../domain/run/state.ts';
import { admitProposal, type ParsedProposal } from '../../domain/search/admit-proposal.ts';
import { queryProposalOf } from '../../domain/search/query-level/query-proposal-of.ts';
import { viewOfWorkflows } from '../../domain/search/view-of.ts';
import type { ModelCall, Result } from '../../shared/contracts/generated/scale/v1/result.ts';
import { failureFromProto, usageFromProto } from '../../shared/contracts/result-codec.ts';

/** What the log keeps of an execution, but for what the scorer says. */
export function executionOutcomeOf(result: Result, queryIndex: number, repeat: number): ExecutionOutcome {
  const tokens = useByModel(result.calls.map(useOf));
  if (result.outcome?.$case === 'execution') {
    const { answer, score, otherScores, failure } = result.outcome.value;
    return {
      queryIndex,
      repeat,
      score,
      answer: excerpt(answer),
      ...(failure ? { failure: failureFromProto(failure) } : {}),
      ...(Object.keys(otherScores).length > 0 ? { otherScores } : {}),
      tokens,
    };
  }
  return { queryIndex, repeat, score: 0, answer: '', failure: jobFailureOf(result), tokens };
}

/** The optimizer's reply to a proposal prompt, parsed, checked, and taken or refused. */
export function workflowProposedOf(
  result: Result,
  state: RunState,
  benchmark: Benchmark,
  { round, turn, queryIndex }: ProposeCommand,
): WorkflowProposed | QueryWorkflowProposed {
  const read = { ...readProposal(result, state, benchmark), tokens: useByModel(result.calls.map(useOf))[0] };
  return queryIndex === undefined
    ? admitProposal({ state: viewOfWorkflows(state, round), round, turn, ...read })
    : queryProposalOf({ round, turn, queryIndex, ...read });
}

/** Whether a reply is refused by itself, whatever other rounds have. */
export function isRefusedAnyway(result: Result, state: RunState, benchmark: Benchmark): boolean {
  return 'failure' in readProposal(result, state, benchmark).parsed;
}

function readProposal(result: Result, state: RunState, benchmark: Benchmark): { parsed: ParsedProposal; reply: string } {
  if (result.outcome?.$case !== 'completion' || result.outcome.value.failure) {
    return { parsed: { failure: jobFailureOf(result) }, reply: '' };
  }
  const { text, finishReason } = result.outcome.value;
  const parsed = parseProposal({
    reply: text,
    cutOff: finishReason === 'length',
    benchmark,
    maxCalls: state.configuration.search.maxCallsPerQuery,
  });
  return { parsed, reply: text };
}

export function predictionCompletedOf(result: Result, round: number, turn: number): PredictionCompleted {
  const tokens = useByModel(result.calls.map(useOf))[0];
  const base = { kind: 'prediction-completed', round, turn, ...(tokens ? { tokens } : {}) } as const;
  if (result.outcome?.$case !== 'completion' || result.outcome.value.failure) {
    return { ...base, reason: '', failure: jobFailureOf(result) };
  }
  const { text, finishReason } = result.outcome.value;
  return { ...base, ...parsePrediction(text, finishReason === 'length') };
}

function jobFailureOf(result: Result): NonNullable<ExecutionOutcome['failure']> {
  if (result.outcome?.$case === 'failure') return failureFromProto(result.outcome.value);
  if (result.outcome?.$case === 'completion' && result.outcome.value.failure)
    return failureFromProto(result.outcome.value.failure);
  throw new Error(`result of ${result.jobId} has an outcome of the wrong kind: ${result.outcome?.$case ?? 'none'}`);
}

function useOf({ model, usage, simulated, usageEstimated, promptCut, servedModel }: ModelCall): TokenUse {
  return {
    model,
    calls: 1,
    simulated,
    usage: usageFromProto(usage),
    ...(usageEstimated && { estimatedCalls: 1 }),
    ...(promptCut && { cutPrompts: 1 }),
    ...(servedModel !== '' && servedModel !== model && { servedAs: [servedModel] }),
  };
}
